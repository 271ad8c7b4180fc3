using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>
/// Employee Checkin of ERPNext / Frappe HR over its REST API. The employee is looked up first and must be one, exactly: MariaDB compares
/// without case and accents, and the wrong person's log is worse than none. What was refused is judged by asking for facts (the
/// employee, the log), not by the words, which are in the API user's language.
/// </summary>
public sealed class ErpNextTarget(ErpNextOptions options, ErpNextClient client, IPeopleStore people, BridgeOptions bridge, TimeProvider clock) : IDeliveryTarget
{
    /// <summary>The reason of a punch whose person ERPNext does not know: sent again by itself once it does.</summary>
    public const string NoEmployee = "reason.erpnext_no_employee";

    /// <summary>The reason of a correction that came too late: the log is part of an attendance, which only somebody there can cancel.</summary>
    public const string AttendanceMade = "reason.erpnext_attendance_made";

    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);
    private static readonly LocalDateTimePattern Naive = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[options.TimeZone.Length > 0 ? options.TimeZone : bridge.Site.TimeZone];

    /// <inheritdoc/>
    public string Name => "erpnext";

    /// <inheritdoc/>
    public DeliveryOutcome? Refuse(OutgoingPunch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        long at = punch.Stored.Punch.At;
        if (!TargetTime.IsSane(at)) return TargetTime.Insane;
        return DateTimeOffset.FromUnixTimeMilliseconds(at) - clock.GetUtcNow() > Ahead ? new(OutcomeKind.Refused, "reason.in_the_future") : null;
    }

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(OutgoingPunch punch, CancellationToken cancellationToken)
    {
        if (Refuse(punch) is { } refusal) return refusal;
        if (punch.News is { } news) return await CorrectAsync(punch, news, cancellationToken);
        return await MakeAsync(punch, cancellationToken);
    }

    private async Task<DeliveryOutcome> MakeAsync(OutgoingPunch punch, CancellationToken cancellationToken)
    {
        Punch sent = punch.Stored.Punch;
        var (employee, problem) = await EmployeeAsync(sent.Person, cancellationToken);
        if (employee is null) return problem!;
        // An earlier call may have arrived: its answer was lost, or the bridge stopped before it was written down.
        if (punch.Attempt > 1)
        {
            var (there, unknown) = await LogsAsync(employee, sent.At, standing: false, cancellationToken);
            if (unknown is not null) return unknown;
            if (there.Any(l => IsOurs(l, sent))) return DeliveryOutcome.Accepted;
        }

        Dictionary<string, string> fields = new()
        {
            ["employee"] = employee,
            ["time"] = LocalText(sent.At),
            ["device_id"] = sent.Terminal,
        };
        if (LogType(sent) is { } logType) fields["log_type"] = logType;
        ErpNextAnswer answer = await client.PostAsync("resource/Employee%20Checkin", fields, cancellationToken);
        if (answer.Body is { } body) return body.TryGetProperty("data", out JsonElement made) && Text(made, "name") is not null ? DeliveryOutcome.Accepted : Later(new(OutcomeKind.Ambiguous, "reason.erpnext_other_answer"));
        return answer.Failure is { } failure ? Later(failure) : await WhyAsync(sent, employee, answer.Words, cancellationToken);
    }

    /// <summary>
    /// A log is not taken away: it is marked "Skip Auto Attendance", by which Frappe HR leaves it out of every attendance that it computes from then
    /// on, and it can be seen what was there. What an attendance was computed from already is not undone by that: HR has to cancel that attendance.
    /// </summary>
    private async Task<DeliveryOutcome> CorrectAsync(OutgoingPunch punch, CorrectionNews news, CancellationToken cancellationToken)
    {
        Punch sent = punch.Stored.Punch;
        var (employee, problem) = await EmployeeAsync(sent.Person, cancellationToken);
        // Whoever is not known there has no log there.
        if (employee is null) return problem!.Reason == NoEmployee && !news.Counts ? DeliveryOutcome.Accepted : problem;
        // Fields that a very old version does not have: asked for here only, so that punches do not hang on them.
        var (logs, unknown) = await LogsAsync(employee, sent.At, standing: true, cancellationToken);
        if (unknown is not null) return unknown.Kind == OutcomeKind.Configuration ? unknown with { Kind = OutcomeKind.Refused } : unknown;
        if (logs.FirstOrDefault(l => IsOurs(l, sent)) is not { } log) return news.Counts ? await MakeAsync(punch, cancellationToken) : DeliveryOutcome.Accepted;
        if (!news.Counts && log.Attendance is { } made) return new(OutcomeKind.Refused, AttendanceMade, Detail: $"{log.Name}, {made}");
        if (log.Skipped == !news.Counts) return DeliveryOutcome.Accepted;
        ErpNextAnswer answer = await client.PutAsync($"resource/Employee%20Checkin/{Uri.EscapeDataString(log.Name)}", new Dictionary<string, string> { ["skip_auto_attendance"] = news.Counts ? "0" : "1" }, cancellationToken);
        // Logs of punches need no more than the right to make them: whoever has no right to change them must not stop those.
        if (answer.Failure is { Reason: "reason.erpnext_permission" }) return new(OutcomeKind.Refused, "reason.erpnext_may_not_change", Detail: log.Name);
        if (answer.Failure is { } failure) return failure;
        return answer.Body is not null ? DeliveryOutcome.Accepted : new(OutcomeKind.Refused, "reason.erpnext_refused", Detail: answer.Words);
    }

    /// <summary>Whether ERPNext knows a person now; null where it cannot be asked.</summary>
    public async Task<bool?> KnowsAsync(string person, CancellationToken cancellationToken)
    {
        var (employee, problem) = await EmployeeAsync(person, cancellationToken);
        return employee is not null ? true : problem!.Kind == OutcomeKind.Refused ? false : null;
    }

    /// <summary>Local time of the site without its zone, to the second, as ERPNext keeps it.</summary>
    public string LocalText(long at) => Naive.Format(Instant.FromUnixTimeMilliseconds(at).InZone(_zone).LocalDateTime);

    // Nobody knows whether it was written. The site may still be at it: it is asked after its own time limit, before anything is sent again.
    private DeliveryOutcome Later(DeliveryOutcome failure) =>
        failure.Kind == OutcomeKind.Ambiguous ? failure with { Kind = OutcomeKind.Transient, Wait = TimeSpan.FromSeconds(options.SettleSeconds) } : failure;

    // Refused by a validation: which one is found out by facts.
    private async Task<DeliveryOutcome> WhyAsync(Punch sent, string employee, string? words, CancellationToken cancellationToken)
    {
        var (logs, unknown) = await LogsAsync(employee, sent.At, standing: false, cancellationToken);
        if (unknown is not null) return unknown;
        // It is there already: our own earlier call arrived, or a state was lost (biometric-attendance-sync-tool#26). That is success.
        if (logs.Any(l => IsOurs(l, sent))) return DeliveryOutcome.Accepted;
        // Another log of the same second: ERPNext takes one, and a person should know which.
        return logs.Count > 0
            ? new(OutcomeKind.Refused, "reason.erpnext_same_second", Detail: $"{logs[0].Name} ({logs[0].Device ?? "–"})")
            : new(OutcomeKind.Refused, "reason.erpnext_refused", Detail: words);
    }

    // The one employee whose field is exactly this, or why there is none.
    private async Task<(string? Employee, DeliveryOutcome? Problem)> EmployeeAsync(string person, CancellationToken cancellationToken)
    {
        string? identity = options.Identify == "userid" ? person : (await people.FindPersonAsync(SiteScope.All, person, cancellationToken))?.JobNumber?.Trim();
        if (string.IsNullOrEmpty(identity)) return (null, new(OutcomeKind.Refused, NoEmployee, Detail: "no job number in the roster"));
        ErpNextAnswer answer = await client.GetAsync(List("Employee", ["name", options.EmployeeField], [[options.EmployeeField, "=", identity]]), cancellationToken);
        if (Rows(answer) is not { } rows) return (null, answer.Failure ?? Unreadable(answer));
        List<JsonElement> exact = [.. rows.Where(r => Text(r, options.EmployeeField) == identity && Text(r, "name") is not null)];
        return exact.Count switch
        {
            1 => (Text(exact[0], "name"), null),
            0 => (null, new(OutcomeKind.Refused, NoEmployee, Detail: rows.Count > 0 ? $"{options.EmployeeField} differs in case or accents: {Text(rows[0], "name")}" : null)),
            _ => (null, new(OutcomeKind.Refused, "reason.erpnext_two_employees", Detail: $"{Text(exact[0], "name")}, {Text(exact[1], "name")}")),
        };
    }

    private async Task<(IReadOnlyList<Log> Logs, DeliveryOutcome? Failure)> LogsAsync(string employee, long at, bool standing, CancellationToken cancellationToken)
    {
        // From this second to the next: versions before 15 keep fractions.
        string from = LocalText(at), until = Naive.Format(Naive.Parse(from).Value.PlusSeconds(1));
        string path = List("Employee Checkin", standing ? ["name", "device_id", "log_type", "attendance", "skip_auto_attendance"] : ["name", "device_id", "log_type"], [["employee", "=", employee], ["time", ">=", from], ["time", "<", until]]);
        ErpNextAnswer answer = await client.GetAsync(path, cancellationToken);
        if (Rows(answer) is not { } rows) return ([], answer.Failure ?? Unreadable(answer));
        return ([.. rows.Where(r => Text(r, "name") is not null).Select(r => new Log(Text(r, "name")!, Text(r, "device_id"), Text(r, "log_type"), Text(r, "attendance"), Flag(r, "skip_auto_attendance")))], null);
    }

    private static bool IsOurs(Log log, Punch sent) => log.Device == sent.Terminal && log.Type == LogType(sent);

    private static string? LogType(Punch sent) => sent.Direction switch { PunchDirection.In => "IN", PunchDirection.Out => "OUT", _ => null };

    private static string List(string doctype, string[] fields, string[][] filters) =>
        $"resource/{Uri.EscapeDataString(doctype)}?fields={Json(fields)}&filters={Json(filters)}&limit_page_length=20";

    private static string Json<T>(T value) => Uri.EscapeDataString(JsonSerializer.Serialize(value));

    // A list that cannot be read is not "nothing there": taking it so would send the punch twice.
    private static IReadOnlyList<JsonElement>? Rows(ErpNextAnswer answer) =>
        answer.Body is { } body && body.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : null;

    private static DeliveryOutcome Unreadable(ErpNextAnswer answer) => answer.Refused
        ? new(OutcomeKind.Configuration, "reason.erpnext_question", Detail: answer.Words)
        : new(OutcomeKind.Transient, "reason.unreadable_answer");

    private static string? Text(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    // Frappe's check fields are 0 and 1.
    private static bool Flag(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number != 0;

    private sealed record Log(string Name, string? Device, string? Type, string? Attendance, bool Skipped);
}
