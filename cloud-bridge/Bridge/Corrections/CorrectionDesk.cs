using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Corrections;

/// <summary>
/// Takes corrections: who may, about whom, how far back, with which reason. What concerns other corrections and punches is looked at by the
/// store, in the transaction that records it.
/// </summary>
public sealed class CorrectionDesk(
    ICorrectionStore corrections, IEffectivePunches punches, IPeopleStore people, IAuditStore audit, SitePlan plan, BridgeOptions bridge, CorrectionOptions options, TimeProvider clock)
{
    /// <summary>Longest reason.</summary>
    public const int LongestReason = 500;

    private const int ShortestReason = 3;
    private const long Day = 86_400_000;

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>Whether what this person records counts at once.</summary>
    public bool Applies(Corrector who)
    {
        ArgumentNullException.ThrowIfNull(who);
        return who.MayCorrect && !options.SecondApproval;
    }

    /// <summary>Adds a punch that is missing.</summary>
    /// <param name="at">ms since the Unix epoch.</param>
    public async Task<CorrectionAnswer> AddAsync(Corrector who, string? person, long at, PunchDirection direction, string site, Words words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        ArgumentNullException.ThrowIfNull(words);
        (Person? whom, CorrectionProblem? problem) = await WhoAsync(who, person, "person", cancellationToken);
        problem ??= When(at) ?? Self(who, whom!.UserId, "person") ?? Check(words, CorrectionKind.Add)
            ?? (who.Scope.Holds(site) ? null : new("site", "correct.site_not_yours"));
        if (problem is not null) return new(null, problem);
        return await RecordAsync(who, new()
        {
            Kind = CorrectionKind.Add, Person = whom!.UserId, At = at, Day = DayOf(at, whom.UserId), Direction = direction, Site = site,
            ReasonCode = words.Code, Reason = words.Text.Trim(), Author = who.Name, Request = words.Request,
        }, cancellationToken);
    }

    /// <summary>Voids, reassigns or reinstates a punch.</summary>
    /// <param name="toPerson">For a reassignment.</param>
    /// <param name="seen">The last correction of this punch on the page.</param>
    public async Task<CorrectionAnswer> ChangeAsync(Corrector who, CorrectionKind kind, long punchId, string? toPerson, long seen, Words words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        ArgumentNullException.ThrowIfNull(words);
        if (await punches.FindAsync(who.Scope, punchId, cancellationToken) is not { } punch) return new(new(CorrectionOutcome.Unknown), null);
        CorrectionProblem? problem = When(punch.Punch.At) ?? Self(who, punch.Punch.Person, "");
        Person? to = null;
        if (problem is null && kind == CorrectionKind.Reassign)
        {
            (to, problem) = await WhoAsync(who, toPerson, "to", cancellationToken);
            problem ??= Self(who, to!.UserId, "to") ?? (to!.UserId == punch.Punch.Person ? new("to", "correct.same_person") : null);
        }

        problem ??= Check(words, kind);
        if (problem is not null) return new(null, problem);
        return await RecordAsync(who, new()
        {
            Kind = kind, PunchId = punchId, Person = punch.Punch.Person, ToPerson = to?.UserId, At = punch.Punch.At, Day = DayOf(punch.Punch.At, punch.Punch.Person),
            ReasonCode = words.Code, Reason = words.Text.Trim(), Author = who.Name, Request = words.Request, Seen = seen,
        }, cancellationToken);
    }

    /// <summary>Approves, rejects or withdraws a proposal.</summary>
    public async Task<CorrectionAnswer> DecideAsync(Corrector who, long id, CorrectionState verdict, string? note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(who);
        if (await corrections.FindAsync(who.Scope, id, cancellationToken) is not { } row) return new(new(CorrectionOutcome.Unknown), null);
        if (verdict != CorrectionState.Withdrawn && (Self(who, row.Person, "") ?? (row.ToPerson is { } to ? Self(who, to, "") : null)) is { } self) return new(null, self);
        if (verdict == CorrectionState.Rejected && (note?.Trim().Length ?? 0) < ShortestReason) return new(null, new("note", "correct.note_missing"));
        if (note?.Length > LongestReason) return new(null, new("note", "correct.reason_long", LongestReason));
        CorrectionResult result = await corrections.DecideAsync(who.Scope, id, verdict, who.Name, string.IsNullOrWhiteSpace(note) ? null : note.Trim(), options.RepeatMs, cancellationToken);
        await audit.AuditAsync(who.Name, $"correction.{Lower(verdict)}", Text(id), result.Done ? null : $"refused: {result.Outcome}", who.Address, cancellationToken);
        return new(result, null);
    }

    /// <summary>The attendance day of a moment for a person, <c>yyyy-MM-dd</c>: a night's punch belongs to the day it began on.</summary>
    public string DayOf(long at, string person)
    {
        Instant moment = Instant.FromUnixTimeMilliseconds(at);
        return NodaTime.Text.LocalDatePattern.Iso.Format(plan.Around(moment.InZone(_zone).Date, person).DayOf(moment));
    }

    private async Task<CorrectionAnswer> RecordAsync(Corrector who, NewCorrection correction, CancellationToken cancellationToken)
    {
        CorrectionResult result = await corrections.RecordAsync(who.Scope, correction, Applies(who), options.RepeatMs, cancellationToken);
        if (result.Outcome != CorrectionOutcome.Again)
            await audit.AuditAsync(
                who.Name, $"correction.{Lower(correction.Kind)}", result.Correction is { } row ? Text(row.Id) : correction.PunchId is { } punch ? $"punch {Text(punch)}" : correction.Person,
                result.Done ? result.Outcome.ToString() : $"refused: {result.Outcome}", who.Address, cancellationToken);
        return new(result, null);
    }

    // By userid, or by a name or job number that only one has.
    private async Task<(Person? Person, CorrectionProblem? Problem)> WhoAsync(Corrector who, string? typed, string field, CancellationToken cancellationToken)
    {
        string text = typed?.Trim() ?? "";
        if (text.Length == 0) return (null, new(field, "correct.person_missing"));
        if (await people.FindPersonAsync(who.Scope, text, cancellationToken) is { } exact) return (exact, null);
        List<Person> found = [.. (await people.PeopleAsync(who.Scope, includeLeft: true, cancellationToken)).Where(p => p.Name == text || p.JobNumber == text)];
        return found.Count switch
        {
            1 => (found[0], null),
            0 => (null, new(field, "correct.person_unknown", Short(text))),
            _ => (null, new(field, "correct.person_many", Short(text), string.Join(", ", found.Take(10).Select(p => p.UserId)))),
        };
    }

    private CorrectionProblem? When(long at)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return at > now ? new("time", "correct.future")
            : at < now - (options.DaysBack * Day) ? new("time", "correct.too_old", options.DaysBack)
            : null;
    }

    // The account's own name too: where accounts are called as people are, the link is often not made.
    private static CorrectionProblem? Self(Corrector who, string person, string field) =>
        who.People.Contains(person) || string.Equals(who.Name, person, StringComparison.OrdinalIgnoreCase) ? new(field, "correct.self") : null;

    private static CorrectionProblem? Check(Words words, CorrectionKind kind) =>
        !CorrectionReasons.Of(kind).Contains(words.Code) ? new("code", "correct.code_missing")
        : words.Text.Trim().Length < ShortestReason ? new("reason", "correct.reason_missing")
        : words.Text.Length > LongestReason ? new("reason", "correct.reason_long", LongestReason)
        : words.Text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')) ? new("reason", "correct.reason_control")
        : string.IsNullOrWhiteSpace(words.Request) || words.Request.Length > 64 ? new("", "correct.form_old")
        : null;

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

#pragma warning disable CA1308 // Names in the audit log are lower case.
    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}

/// <summary>The reason that each correction must have.</summary>
/// <param name="Code">Of <see cref="CorrectionReasons"/>.</param>
/// <param name="Request">Made with the form.</param>
public sealed record Words(string Code, string Text, string Request);
