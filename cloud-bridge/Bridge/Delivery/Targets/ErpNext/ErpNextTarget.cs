using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>
/// Employee Checkin of ERPNext / Frappe HR, by <c>add_log_based_on_employee_field</c>. The site checks for a log of the same employee and
/// second itself, so sending again is refused there; what was refused is judged by asking for facts (the employee, the log), not by the
/// words, which are translated.
/// </summary>
public sealed class ErpNextTarget(ErpNextOptions options, ErpNextClient client, IPeopleStore people, BridgeOptions bridge, TimeProvider clock) : IAskableTarget
{
    /// <summary>The reason of a punch whose person ERPNext does not know: sent again by itself once it does.</summary>
    public const string NoEmployee = "reason.erpnext_no_employee";

    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);
    private static readonly LocalDateTimePattern Naive = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[options.TimeZone.Length > 0 ? options.TimeZone : bridge.Site.TimeZone];

    /// <inheritdoc/>
    public string Name => "erpnext";

    /// <inheritdoc/>
    public bool RepeatIsHarmless => false;

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(TargetPunch punch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(punch);
        if (!TargetTime.IsSane(punch.At)) return TargetTime.Insane;
        if (DateTimeOffset.FromUnixTimeMilliseconds(punch.At) - clock.GetUtcNow() > Ahead) return new(OutcomeKind.Refused, "reason.in_the_future");
        if (await IdentityAsync(punch.Person, cancellationToken) is not { } identity) return new(OutcomeKind.Refused, "reason.erpnext_no_job_number");

        Dictionary<string, string> fields = new()
        {
            ["employee_field_value"] = identity,
            ["employee_fieldname"] = options.EmployeeField,
            ["timestamp"] = LocalText(punch.At),
            ["device_id"] = punch.Key.Terminal,
        };
        if (LogType(punch) is { } logType) fields["log_type"] = logType;
        ErpNextAnswer answer = await client.PostAsync($"method/{options.Method}", fields, cancellationToken);
        if (answer.Body is { } body) return NameOf(body) is not null ? DeliveryOutcome.Accepted : new(OutcomeKind.Ambiguous, "reason.erpnext_other_answer");
        return answer.Failure ?? await WhyAsync(punch, identity, answer.Words, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TargetFinding> FindAsync(TargetPunch punch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(punch);
        if (await IdentityAsync(punch.Person, cancellationToken) is not { } identity) return TargetFinding.Missing;
        var (employee, failure) = await EmployeeAsync(identity, cancellationToken);
        if (failure is not null) return new(null, failure);
        // An employee that is not there has no log either.
        if (employee is null) return TargetFinding.Missing;
        var (logs, unknown) = await LogsAsync(employee.Name, punch.At, cancellationToken);
        return unknown is not null ? new(null, unknown) : new(logs.FirstOrDefault(l => IsOurs(l, punch))?.Name, null);
    }

    /// <summary>Whether ERPNext knows a person now; null where it cannot be asked.</summary>
    public async Task<bool?> KnowsAsync(string person, CancellationToken cancellationToken)
    {
        if (await IdentityAsync(person, cancellationToken) is not { } identity) return false;
        var (employee, failure) = await EmployeeAsync(identity, cancellationToken);
        return failure is null ? employee is not null : null;
    }

    /// <summary>Local time of the site without its zone, to the second, as ERPNext keeps it.</summary>
    public string LocalText(long at) => Naive.Format(Instant.FromUnixTimeMilliseconds(at).InZone(_zone).LocalDateTime);

    // Refused by a validation: which one is found out by facts.
    private async Task<DeliveryOutcome> WhyAsync(TargetPunch punch, string identity, string? words, CancellationToken cancellationToken)
    {
        var (employee, failure) = await EmployeeAsync(identity, cancellationToken);
        if (failure is not null) return Doubt(failure);
        if (employee is null) return new(OutcomeKind.Refused, NoEmployee, Detail: words);
        var (logs, unknown) = await LogsAsync(employee.Name, punch.At, cancellationToken);
        if (unknown is not null) return Doubt(unknown);
        // It is there already: our own earlier call arrived, or a state was lost (biometric-attendance-sync-tool#26). That is success.
        if (logs.Any(l => IsOurs(l, punch))) return DeliveryOutcome.Accepted;
        // Somebody else's log of the same second: ERPNext takes one, and a person should know which.
        if (logs.Count > 0) return new(OutcomeKind.Refused, "reason.erpnext_same_second", Detail: $"{logs[0].Name} ({logs[0].Device ?? "–"})");
        return new(OutcomeKind.Refused, employee.Active ? "reason.erpnext_refused" : "reason.erpnext_inactive", Detail: words);
    }

    // The record was refused, so nothing was written; but without the facts nobody may call it a dead letter.
    private static DeliveryOutcome Doubt(DeliveryOutcome failure) => failure with { MaxAttempts = null };

    private async Task<string?> IdentityAsync(string person, CancellationToken cancellationToken)
    {
        if (options.Identify == "userid") return person;
        string? number = (await people.FindPersonAsync(person, cancellationToken))?.JobNumber?.Trim();
        return string.IsNullOrEmpty(number) ? null : number;
    }

    private async Task<(Employee? Employee, DeliveryOutcome? Failure)> EmployeeAsync(string identity, CancellationToken cancellationToken)
    {
        string path = List("Employee", ["name", "status"], [[options.EmployeeField, "=", identity]]);
        ErpNextAnswer answer = await client.GetAsync(path, cancellationToken);
        if (Rows(answer) is not { } rows) return (null, answer.Failure ?? Unreadable(answer));
        foreach (JsonElement row in rows)
            if (Text(row, "name") is { } name) return (new(name, Text(row, "status") is null or "Active"), null);
        return (null, null);
    }

    private async Task<(IReadOnlyList<Log> Logs, DeliveryOutcome? Failure)> LogsAsync(string employee, long at, CancellationToken cancellationToken)
    {
        // From this second to the next: versions before 15 keep fractions.
        string from = LocalText(at), until = Naive.Format(Naive.Parse(from).Value.PlusSeconds(1));
        string path = List("Employee Checkin", ["name", "device_id", "log_type"], [["employee", "=", employee], ["time", ">=", from], ["time", "<", until]]);
        ErpNextAnswer answer = await client.GetAsync(path, cancellationToken);
        if (Rows(answer) is not { } rows) return ([], answer.Failure ?? Unreadable(answer));
        return ([.. rows.Where(r => Text(r, "name") is not null).Select(r => new Log(Text(r, "name")!, Text(r, "device_id"), Text(r, "log_type")))], null);
    }

    private static bool IsOurs(Log log, TargetPunch punch) => log.Device == punch.Key.Terminal && log.Type == LogType(punch);

    private static string? LogType(TargetPunch punch) => punch.Direction switch { PunchDirection.In => "IN", PunchDirection.Out => "OUT", _ => null };

    private static string List(string doctype, string[] fields, string[][] filters) => string.Create(CultureInfo.InvariantCulture,
        $"resource/{Uri.EscapeDataString(doctype)}?fields={Json(fields)}&filters={Json(filters)}&limit_page_length=20");

    private static string Json<T>(T value) => Uri.EscapeDataString(JsonSerializer.Serialize(value));

    // A list that cannot be read is not "nothing there": taking it so would send the punch twice.
    private static IReadOnlyList<JsonElement>? Rows(ErpNextAnswer answer) =>
        answer.Body is { } body && body.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : null;

    private static DeliveryOutcome Unreadable(ErpNextAnswer answer) => answer.Refused
        ? new(OutcomeKind.Configuration, "reason.erpnext_question", Detail: answer.Words)
        : new(OutcomeKind.Transient, "reason.unreadable_answer");

    private static string? NameOf(JsonElement body) => body.TryGetProperty("message", out JsonElement message) ? Text(message, "name") : null;

    private static string? Text(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private sealed record Employee(string Name, bool Active);

    private sealed record Log(string Name, string? Device, string? Type);
}
