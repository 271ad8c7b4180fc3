using System.Data.Common;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ICorrectionStore"/>
public sealed class SqlCorrectionStore(SqlDatabase database, TimeProvider time, OutboxTargets? targets = null) : ICorrectionStore
{
    private const long Minute = 60_000;

    private const string Select =
        """
        SELECT c.id, c.kind, c.punch_id, c.terminal, c.ledger, c.seq, c.person, e.name, c.to_person, t.name, c.at, c.day, c.direction, c.site, c.reason_code, c.reason,
          c.author, c.created_at, d.verdict, d.by_whom, d.at, d.note
        FROM corrections c LEFT JOIN correction_decisions d ON d.correction_id = c.id LEFT JOIN people e ON e.userid = c.person LEFT JOIN people t ON t.userid = c.to_person
        """;

    public Task<CorrectionResult> RecordAsync(SiteScope scope, NewCorrection correction, bool apply, long repeatMs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(correction);
        if (correction.Kind == CorrectionKind.Add == correction.PunchId is not null) throw new ArgumentException("All but an addition are about a punch.", nameof(correction));
        if (correction.Kind == CorrectionKind.Reassign == correction.ToPerson is null) throw new ArgumentException("A reassignment, and nothing else, names another person.", nameof(correction));
        if (correction.ToPerson == correction.Person) throw new ArgumentException("A punch is reassigned to another person.", nameof(correction));
        return database.WriteAsync(session => Record(session, scope, correction, apply, repeatMs), cancellationToken);
    }

    public Task<CorrectionResult> DecideAsync(SiteScope scope, long id, CorrectionState verdict, string by, string? note, long repeatMs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (verdict == CorrectionState.Proposed) throw new ArgumentException("To propose is no decision.", nameof(verdict));
        return database.WriteAsync(session => Decide(session, scope, id, verdict, by, note, repeatMs), cancellationToken);
    }

    public Task<CorrectionRow?> FindAsync(SiteScope scope, long id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => Find(session, scope, id), cancellationToken);

    public Task<IReadOnlyList<CorrectionRow>> ListAsync(SiteScope scope, CorrectionFilter filter, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        List<string> terms = [Inside(scope)];
        List<(string, object?)> values = [("@limit", (long)limit), .. scope.Values()];
        if (filter.State is { } state) terms.Add(state == CorrectionState.Proposed ? "d.verdict IS NULL" : $"d.verdict = '{Columns.Text(state)}'");
        Add(filter.Kind is { } kind ? Columns.Text(kind) : null, "c.kind = @kind", "@kind");
        Add(filter.Person, "(c.person = @person OR c.to_person = @person)", "@person");
        Add(filter.Author, "c.author = @author", "@author");
        Add(filter.FirstDay, "c.day >= @first", "@first");
        Add(filter.LastDay, "c.day <= @last", "@last");
        Add(filter.Before, "c.id < @before", "@before");
        return database.ReadAsync<IReadOnlyList<CorrectionRow>>(
            session => session.Query($"{Select} WHERE {string.Join(" AND ", terms)} ORDER BY c.id DESC LIMIT @limit", Read, [.. values]), cancellationToken);

        void Add(object? value, string term, string name)
        {
            if (value is null) return;
            terms.Add(term);
            values.Add((name, value));
        }
    }

    public Task<IReadOnlyList<CorrectionRow>> OfPunchAsync(SiteScope scope, long punchId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<CorrectionRow>>(
            session => session.Query($"{Select} WHERE c.punch_id = @punch AND {Inside(scope)} ORDER BY c.id", Read, scope.With(("@punch", punchId))), cancellationToken);
    }

    public Task<CorrectionNews?> NewsAsync(long correction, long punchId, CancellationToken cancellationToken = default) => database.ReadAsync(session =>
    {
        var found = session.Query(
            "SELECT c.kind, c.punch_id, c.reason_code, d.at, d.made_punch FROM corrections c JOIN correction_decisions d ON d.correction_id = c.id WHERE c.id = @id AND d.verdict = 'approved'",
            row => (Kind: Columns.Enum<CorrectionKind>(row.GetString(0)), Punch: row.LongOrNull(1), Code: row.GetString(2), At: row.GetInt64(3), Made: row.LongOrNull(4)), ("@id", correction));
        if (found is not [var one]) return null;
        StoredPunch? standIn = one.Kind == CorrectionKind.Reassign && one.Made is { } made ? CorrectionEffects.Load(session, made) : null;
        // A punch that is reinstated counts; the one that stood in for it does not.
        return (CorrectionNews?)new CorrectionNews(correction, one.Kind, one.Kind == CorrectionKind.Reinstate && one.Punch == punchId, one.At, one.Code, standIn);
    }, cancellationToken);

    public Task<IReadOnlyList<CorrectionDifference>> DifferencesAsync(SiteScope scope, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<CorrectionDifference>>(session =>
        {
            List<(long Correction, long Punch, string Target, long? Delivered)> open = session.Query(
                $"""
                SELECT x.struck_correction, x.punch_id, d.target, d.delivered_at FROM punch_effects x
                JOIN outbox d ON d.punch_id = x.punch_id AND d.state = 'delivered' AND d.told IS NULL JOIN punches p ON p.id = x.punch_id AND p.at = x.at
                WHERE x.struck IS NOT NULL AND {scope.Terminal("p.terminal")} AND NOT EXISTS (SELECT 1 FROM correction_settlements s
                  WHERE s.correction_id = x.struck_correction AND s.punch_id = x.punch_id AND s.target = d.target)
                ORDER BY x.struck_correction, x.punch_id, d.target LIMIT @limit
                """,
                row => (row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.LongOrNull(3)), scope.With(("@limit", (long)limit)));
            return [.. open.Select(one => new CorrectionDifference(Find(session, SiteScope.All, one.Correction)!, CorrectionEffects.Load(session, one.Punch)!, one.Target, one.Delivered))];
        }, cancellationToken);
    }

    public Task<bool> SettleAsync(SiteScope scope, long punchId, string target, bool gone, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.WriteAsync(session => session.Execute(
            $"""
            INSERT INTO correction_settlements (correction_id, punch_id, target, how, by_whom, at)
            SELECT x.struck_correction, x.punch_id, CAST(@target AS TEXT), CAST(@how AS TEXT), CAST(@by AS TEXT), CAST(@now AS BIGINT) FROM punch_effects x JOIN punches p ON p.id = x.punch_id AND p.at = x.at
            WHERE x.punch_id = @punch AND x.struck IS NOT NULL AND {scope.Terminal("p.terminal")}
              AND EXISTS (SELECT 1 FROM outbox d WHERE d.punch_id = x.punch_id AND d.target = @target AND d.state = 'delivered')
            ON CONFLICT (correction_id, punch_id, target) DO NOTHING
            """,
            scope.With(("@punch", punchId), ("@target", target), ("@how", gone ? "gone" : "by-hand"), ("@by", by), ("@now", Now()))) == 1, cancellationToken);
    }

    public Task<IReadOnlyList<string>> PeopleOfAsync(string account, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<string>>(
        session => session.Query("SELECT subject FROM account_links WHERE account = @account AND provider = 'dingtalk'", row => row.GetString(0), ("@account", account)), cancellationToken);

    public Task<int> RebuildAsync(CancellationToken cancellationToken = default) => database.WriteAsync(CorrectionFold.Rebuild, cancellationToken);

    private CorrectionResult Record(SqlSession session, SiteScope scope, NewCorrection asked, bool apply, long repeatMs)
    {
        if (session.First($"{Select} WHERE c.request = @request", Read, ("@request", asked.Request)) is { } before)
            return Same(before, asked) ? new(CorrectionOutcome.Again, before) : new(CorrectionOutcome.Changed, Other: before);
        StoredPunch? punch = null;
        string site = asked.Site;
        if (asked.PunchId is { } punchId)
        {
            punch = session.First($"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.id = @id AND {scope.Terminal("p.terminal")}", PunchQuery.Read, scope.With(("@id", punchId)));
            if (punch is null || punch.Punch.Person != asked.Person) return new(CorrectionOutcome.Unknown);
            site = session.Text("SELECT site FROM terminals WHERE name = @name", ("@name", punch.Punch.Terminal)) ?? SiteScope.MainSite;
        }
        else if (!scope.Holds(site))
        {
            return new(CorrectionOutcome.Unknown);
        }

        if (Against(session, scope, asked.Kind, punch, asked.Person, asked.ToPerson, punch?.Punch.At ?? asked.At, asked.Day, repeatMs, self: null) is { } problem) return problem;
        if (punch is not null && asked.Seen is { } seen && LastOf(session, punch.Id) is { } last && last.Id > seen) return new(CorrectionOutcome.Changed, Other: last);

        long now = Now();
        long id = session.Number(
            """
            INSERT INTO corrections (kind, punch_id, terminal, ledger, seq, person, to_person, at, day, direction, site, reason_code, reason, author, created_at, request)
            VALUES (@kind, @punch, @terminal, @ledger, @seq, @person, @to, @at, @day, @direction, @site, @code, @reason, @author, @now, @request) RETURNING id
            """,
            ("@kind", Columns.Text(asked.Kind)), ("@punch", punch?.Id), ("@terminal", punch?.Punch.Terminal), ("@ledger", punch?.Punch.Ledger.Text()), ("@seq", punch?.Punch.Seq),
            ("@person", asked.Person), ("@to", asked.ToPerson), ("@at", punch?.Punch.At ?? asked.At), ("@day", asked.Day),
            ("@direction", Columns.Text(punch?.Punch.Direction ?? asked.Direction)), ("@site", site), ("@code", asked.ReasonCode), ("@reason", asked.Reason),
            ("@author", asked.Author), ("@now", now), ("@request", asked.Request));
        CorrectionRow row = Find(session, SiteScope.All, id)!;
        if (apply)
        {
            Approve(session, row, punch, asked.Author, null, now);
            return new(CorrectionOutcome.Applied, Find(session, SiteScope.All, id));
        }

        if (punch is not null) CorrectionEffects.Propose(session, punch, id);
        return new(CorrectionOutcome.Proposed, row);
    }

    private CorrectionResult Decide(SqlSession session, SiteScope scope, long id, CorrectionState verdict, string by, string? note, long repeatMs)
    {
        if (Find(session, scope, id) is not { } row) return new(CorrectionOutcome.Unknown);
        if (row.State != CorrectionState.Proposed) return new(CorrectionOutcome.Decided, row);
        // Nobody approves or rejects their own; taking it back is for its author alone.
        if (row.Author == by != (verdict == CorrectionState.Withdrawn)) return new(CorrectionOutcome.Own, row);
        StoredPunch? punch = row.PunchId is { } punchId ? CorrectionEffects.Load(session, punchId) : null;
        long now = Now();
        if (verdict != CorrectionState.Approved)
        {
            session.Execute(
                "INSERT INTO correction_decisions (correction_id, verdict, by_whom, at, note) VALUES (@id, @verdict, @by, @now, @note)",
                ("@id", id), ("@verdict", Columns.Text(verdict)), ("@by", by), ("@now", now), ("@note", note));
            if (punch is not null) CorrectionEffects.Propose(session, punch, null);
            return new(CorrectionOutcome.Closed, Find(session, SiteScope.All, id));
        }

        if (row.PunchId is not null && punch is null) return new(CorrectionOutcome.Unknown, row);
        if (Against(session, scope, row.Kind, punch, row.Person, row.ToPerson, row.At, row.Day, repeatMs, self: id) is { } problem) return problem with { Correction = row };
        if (punch is not null) CorrectionEffects.Propose(session, punch, null);
        Approve(session, row, punch, by, note, now);
        return new(CorrectionOutcome.Applied, Find(session, SiteScope.All, id));
    }

    private void Approve(SqlSession session, CorrectionRow row, StoredPunch? punch, string by, string? note, long now)
    {
        long? made = CorrectionEffects.Apply(session, now, targets, row, punch);
        session.Execute(
            "INSERT INTO correction_decisions (correction_id, verdict, by_whom, at, note, made_punch) VALUES (@id, 'approved', @by, @now, @note, @made)",
            ("@id", row.Id), ("@by", by), ("@now", now), ("@note", note), ("@made", made));
    }

    /// <summary>What stands against a correction now; null where nothing does.</summary>
    private static CorrectionResult? Against(
        SqlSession session, SiteScope scope, CorrectionKind kind, StoredPunch? punch, string person, string? toPerson, long at, string day, long repeatMs, long? self)
    {
        if (SqlMonthStore.Closed(session, day[..7])) return new(CorrectionOutcome.MonthClosed);
        if (punch is not null)
        {
            if (punch.Standing.Proposal is { } waiting && waiting != self) return new(CorrectionOutcome.Waiting, Other: Find(session, SiteScope.All, waiting));
            if (kind == CorrectionKind.Reinstate)
            {
                if (punch.Standing.Counts) return new(CorrectionOutcome.NotStruck, Other: LastOf(session, punch.Id));
                StoredPunch? standIn = punch.Standing.StandIn is { } other ? CorrectionEffects.Load(session, other) : null;
                if (standIn?.Standing.Struck == PunchStrike.Reassign) return new(CorrectionOutcome.Later, Other: Find(session, SiteScope.All, standIn.Standing.StruckCorrection!.Value));
                if (standIn?.Standing.Proposal is { } open) return new(CorrectionOutcome.Waiting, Other: Find(session, SiteScope.All, open));
            }
            else if (!punch.Standing.Counts)
            {
                return new(CorrectionOutcome.AlreadyStruck, Other: Find(session, SiteScope.All, punch.Standing.StruckCorrection!.Value));
            }
        }

        if (kind is not (CorrectionKind.Add or CorrectionKind.Reassign)) return null;
        return NearTo(session, toPerson ?? person, at, repeatMs, punch?.Id) is { } near ? new(CorrectionOutcome.Near, Near: Visible(session, scope, near)) : null;
    }

    // A form that somebody went back to and changed is another one.
    private static bool Same(CorrectionRow before, NewCorrection asked) =>
        before.Kind == asked.Kind && before.PunchId == asked.PunchId && before.Person == asked.Person && before.ToPerson == asked.ToPerson && before.At == asked.At && before.Author == asked.Author;

    // Within the window of repeats, or in the same minute: the platform keeps one event a person and minute.
    private static StoredPunch? NearTo(SqlSession session, string person, long at, long repeatMs, long? except)
    {
        long minute = Math.DivRem(at, Minute).Quotient * Minute;
        return session.First(
            $"""
            SELECT {PunchQuery.Select} {PunchQuery.From}
            WHERE p.person = @person AND p.at >= @from AND p.at < @until AND p.id <> @except AND x.struck IS NULL ORDER BY p.at, p.id LIMIT 1
            """,
            PunchQuery.Read, ("@person", person), ("@from", Math.Min(minute, at - repeatMs + 1)), ("@until", Math.Max(minute + Minute, at + repeatMs)), ("@except", except ?? 0));
    }

    // What a site may not see is no reason that it is told.
    private static StoredPunch? Visible(SqlSession session, SiteScope scope, StoredPunch punch) => session.Number(
        $"SELECT COUNT(*) FROM punches p WHERE p.id = @id AND p.at = @at AND {scope.Terminal("p.terminal")}", scope.With(("@id", punch.Id), ("@at", punch.Punch.At))) != 0 ? punch : null;

    private static CorrectionRow? LastOf(SqlSession session, long punchId) =>
        session.First($"{Select} WHERE c.punch_id = @punch ORDER BY c.id DESC LIMIT 1", Read, ("@punch", punchId));

    private static CorrectionRow? Find(SqlSession session, SiteScope scope, long id) =>
        session.First($"{Select} WHERE c.id = @id AND {Inside(scope)}", Read, scope.With(("@id", id)));

    // A punch's correction belongs where its terminal is now; an addition where it was made.
    private static string Inside(SiteScope scope) => scope.Everything ? "TRUE"
        : $"((c.terminal IS NOT NULL AND {scope.Terminal("c.terminal")}) OR (c.terminal IS NULL AND {scope.Site("c.site")}))";

    private static CorrectionRow Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Kind = Columns.Enum<CorrectionKind>(row.GetString(1)),
        PunchId = row.LongOrNull(2),
        Key = row.IsDBNull(3) ? null : new(row.GetString(3), Guid.Parse(row.GetString(4)), row.GetInt64(5)),
        Person = row.GetString(6),
        Name = row.TextOrNull(7),
        ToPerson = row.TextOrNull(8),
        ToName = row.TextOrNull(9),
        At = row.GetInt64(10),
        Day = row.GetString(11),
        Direction = Columns.Enum<PunchDirection>(row.GetString(12)),
        Site = row.GetString(13),
        ReasonCode = row.GetString(14),
        Reason = row.GetString(15),
        Author = row.GetString(16),
        CreatedAt = row.GetInt64(17),
        State = row.TextOrNull(18) is { } verdict ? Columns.Enum<CorrectionState>(verdict) : CorrectionState.Proposed,
        DecidedBy = row.TextOrNull(19),
        DecidedAt = row.LongOrNull(20),
        Note = row.TextOrNull(21),
    };

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
