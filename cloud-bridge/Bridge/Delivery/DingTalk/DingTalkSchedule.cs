using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>
/// <c>topapi/attendance/schedule/listbyusers</c> (≤ 50 users, ≤ 7 days, metered): a row a planned point with <c>userid</c>, <c>work_date</c>,
/// <c>check_type</c>, <c>plan_check_time</c> and <c>is_rest</c>, as the platform's own SDK names them.
/// </summary>
public sealed class DingTalkSchedule(DingTalkOptions options, DingTalkClient client) : IPlatformSchedule
{
    private static readonly LocalDateTimePattern Wall = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    private readonly Offset _offset = Offset.FromSeconds((int)(options.UtcOffsetHours * 3600));

    /// <inheritdoc/>
    public int SchedulePersons => 50;

    /// <inheritdoc/>
    public int ScheduleDays => 7;

    /// <inheritdoc/>
    public async Task<ScheduleAnswer> ScheduleAsync(string actor, IReadOnlyList<string> persons, LocalDate first, LocalDate last, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(persons);
        Answer answer = await client.CallAsync(
            "topapi/attendance/schedule/listbyusers",
            new() { ["op_user_id"] = actor, ["userids"] = string.Join(',', persons), ["from_date_time"] = Midnight(first), ["to_date_time"] = Midnight(last) },
            cancellationToken);
        if (!answer.Ok) return new(answer.Outcome.Kind == OutcomeKind.Ambiguous ? answer.Outcome with { Kind = OutcomeKind.Transient } : answer.Outcome, []);
        if (!answer.Body!.Value.TryGetProperty("result", out JsonElement rows) || rows.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null)) return Unreadable();
        List<SchedulePoint> points = [];
        if (rows.ValueKind == JsonValueKind.Null) return new(DeliveryOutcome.Accepted, points);
        foreach (JsonElement row in rows.EnumerateArray())
        {
            if (AnswerReader.Text(row, "is_rest") is "Y" or "true") continue;
            // A row that cannot be read may be somebody's shift: a plan without it would call a working day a day of rest.
            string? type = AnswerReader.Text(row, "check_type");
            if (type is not ("OnDuty" or "OffDuty") || AnswerReader.Text(row, "userid") is not { } person || Time(AnswerReader.Text(row, "work_date")) is not { } day || Time(AnswerReader.Text(row, "plan_check_time")) is not { } at) return Unreadable();
            points.Add(new(person, day.Date, at, type == "OnDuty"));
        }

        return new(DeliveryOutcome.Accepted, points);
    }

    private static ScheduleAnswer Unreadable() => new(new(OutcomeKind.Transient, "reason.unreadable_answer"), []);

    private long Midnight(LocalDate day) => day.AtMidnight().WithOffset(_offset).ToInstant().ToUnixTimeMilliseconds();

    // The documents show text and numbers for the same fields.
    private LocalDateTime? Time(string? text)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long ms)) return Instant.FromUnixTimeMilliseconds(ms).WithOffset(_offset).LocalDateTime;
        ParseResult<LocalDateTime> wall = Wall.Parse(text);
        return wall.Success ? wall.Value : null;
    }
}
