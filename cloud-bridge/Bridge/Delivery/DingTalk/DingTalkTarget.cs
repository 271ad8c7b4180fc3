using System.Globalization;
using System.Text.Json;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// Attendance of one DingTalk organisation: <c>topapi/attendance/record/upload</c> (upload-punch-records 2026-05-27) and
/// <c>attendance/listRecord</c> (attendance-clock-in-record-is-open 2026-05-27), and the platform's own verdicts,
/// <c>attendance/list</c> (open-attendance-clock-in-data 2026-05-27). All are metered.
/// </summary>
public sealed class DingTalkTarget(DingTalkOptions options, DingTalkClient client, TimeProvider clock) : IPlatformTarget, IPlatformVerdicts
{
    private const long SmallestMilliseconds = 1_000_000_000_000;
    private const long LargestMilliseconds = 9_999_999_999_999;

    // More than a clock's error ahead of now: what the platform does with it is not documented, so it is not tried.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public string Name => "dingtalk";

    /// <inheritdoc/>
    public int LookupPersons => 50;

    /// <inheritdoc/>
    public TimeSpan LookupSpan => TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public TimeSpan Window => TimeSpan.FromDays(180);

    private TimeSpan Offset => TimeSpan.FromHours(options.UtcOffsetHours);

    /// <inheritdoc/>
    public string MeteredMonth(DateTimeOffset at) => at.ToOffset(Offset).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string MeteredDay(DateTimeOffset at) => at.ToOffset(Offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public double MeteredDayShare(DateTimeOffset at) => at.ToOffset(Offset).TimeOfDay.TotalDays;

    /// <inheritdoc/>
    public DeliveryOutcome? Refuse(DeliveryItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.At is < SmallestMilliseconds or > LargestMilliseconds) return new(OutcomeKind.Refused, "reason.not_milliseconds");
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(item.At), now = clock.GetUtcNow();
        // An hour less than the platform's window: it is judged by the platform's clock, after the call's way there.
        if (now - at > Window - OneHour) return new(OutcomeKind.Refused, "reason.too_old");
        if (at - now > Ahead) return new(OutcomeKind.Refused, "reason.in_the_future");
        return null;
    }

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(DeliveryItem item, CancellationToken cancellationToken)
    {
        if (Refuse(item) is { } refusal) return refusal;
        Answer answer = await client.CallAsync(
            "topapi/attendance/record/upload",
            new()
            {
                ["userid"] = item.Person,
                ["device_name"] = item.DeviceName,
                ["device_id"] = item.DeviceId,
                ["user_check_time"] = item.At,
            },
            cancellationToken);
        // The old API always says errcode 0. JSON without it is somebody else's (a proxy, a portal): no yes, and no no either.
        return answer.Ok && AnswerReader.Text(answer.Body!.Value, "errcode") is null ? new(OutcomeKind.Ambiguous, "reason.unreadable_answer") : answer.Outcome;
    }

    /// <inheritdoc/>
    public async Task<LookupResult> FindAsync(LookupQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        Answer answer = await client.CallAsync(
            "attendance/listRecord",
            new()
            {
                ["userIds"] = query.Persons,
                ["checkDateFrom"] = WallClock(query.From),
                ["checkDateTo"] = WallClock(query.To),
                ["isI18n"] = false,
            },
            cancellationToken);
        if (!answer.Ok)
        {
            // Asking changes nothing at the platform: not knowing the answer is only a reason to ask again.
            DeliveryOutcome outcome = answer.Outcome.Kind == OutcomeKind.Ambiguous ? answer.Outcome with { Kind = OutcomeKind.Transient } : answer.Outcome;
            return new(outcome, []);
        }

        if (!answer.Body!.Value.TryGetProperty("recordresult", out JsonElement rows) || rows.ValueKind != JsonValueKind.Array)
        {
            // No list at all is not "no punches": taking it so would send everything twice.
            return rows.ValueKind == JsonValueKind.Null
                ? new(DeliveryOutcome.Accepted, [])
                : new(new(OutcomeKind.Transient, "reason.unreadable_answer"), []);
        }

        // A row that cannot be read may be the punch: passing over it would send that punch twice.
        List<PlatformRecord?> records = [.. rows.EnumerateArray().Select(Record)];
        return records.Contains(null)
            ? new(new(OutcomeKind.Transient, "reason.unreadable_answer"), [])
            : new(DeliveryOutcome.Accepted, [.. records.OfType<PlatformRecord>()]);
    }

    private const int Page = 50;

    /// <inheritdoc/>
    public int VerdictPersons => 50;

    /// <inheritdoc/>
    public string VerdictDay(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(Offset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public async Task<VerdictAnswer> VerdictsAsync(IReadOnlyList<string> persons, string day, int offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(persons);
        Answer answer = await client.CallAsync(
            "attendance/list",
            new() { ["userIdList"] = persons, ["workDateFrom"] = $"{day} 00:00:00", ["workDateTo"] = $"{day} 00:00:00", ["offset"] = offset, ["limit"] = Page, ["isI18n"] = false },
            cancellationToken);
        if (!answer.Ok) return new(answer.Outcome.Kind == OutcomeKind.Ambiguous ? answer.Outcome with { Kind = OutcomeKind.Transient } : answer.Outcome, [], false);
        JsonElement body = answer.Body!.Value;
        if (!body.TryGetProperty("recordresult", out JsonElement rows) || rows.ValueKind != JsonValueKind.Array) return new(new(OutcomeKind.Transient, "reason.unreadable_answer"), [], false);
        List<VerdictPoint> points = [];
        foreach (JsonElement row in rows.EnumerateArray())
        {
            // A row that cannot be read says nothing about anybody; nothing is decided by it.
            if (AnswerReader.Text(row, "userId") is { } person && long.TryParse(AnswerReader.Text(row, "baseCheckTime"), NumberStyles.None, CultureInfo.InvariantCulture, out long planned))
                points.Add(new(person, planned, AnswerReader.Text(row, "timeResult") == "NotSigned"));
        }

        return new(DeliveryOutcome.Accepted, points, rows.GetArrayLength() > 0 && body.TryGetProperty("hasMore", out JsonElement more) && more.ValueKind == JsonValueKind.True);
    }

    private static PlatformRecord? Record(JsonElement row)
    {
        string? person = AnswerReader.Text(row, "userId");
        if (person is null || !long.TryParse(AnswerReader.Text(row, "userCheckTime"), NumberStyles.None, CultureInfo.InvariantCulture, out long at)) return null;
        string id = AnswerReader.Text(row, "id") ?? $"{person}@{at.ToString(CultureInfo.InvariantCulture)}";
        string? invalid = AnswerReader.Text(row, "invalidRecordType") is { Length: > 0 } type ? AnswerReader.Text(row, "invalidRecordMsg") ?? type : null;
        return new(id, person, at, AnswerReader.Text(row, "userAddress"), invalid)
        {
            ReceivedAt = long.TryParse(AnswerReader.Text(row, "gmtCreate"), NumberStyles.None, CultureInfo.InvariantCulture, out long received) ? received : null,
        };
    }

    private string WallClock(long at) =>
        DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
