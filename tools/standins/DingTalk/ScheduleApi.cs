using System.Globalization;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// POST topapi/attendance/schedule/listbyusers: planned points, ≤ 50 users by comma, ≤ 7 days. Fields as the platform's SDK names them
/// (TopScheduleVo). Call under the cloud's lock.
/// </summary>
internal sealed class ScheduleApi(Cloud cloud)
{
    private const string Usual = "09:00-18:00";

    public Reply List(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null)
        {
            return OldAnswers.Error(40035, "不合法的参数: " + fields.Problem);
        }

        if (fields.Text("op_user_id") is not { } actor || cloud.People.Find(actor) is null)
        {
            return OldAnswers.BadParameter(settings, "参数错误: op_user_id is required and must be a member");
        }

        if (fields.Text("userids")?.Split(',', StringSplitOptions.RemoveEmptyEntries) is not { Length: > 0 and <= 50 } users)
        {
            return OldAnswers.BadParameter(settings, "参数错误: userids holds 1 to 50");
        }

        if (fields.Number("from_date_time") is not { } fromMs || fields.Number("to_date_time") is not { } toMs || toMs < fromMs)
        {
            return OldAnswers.BadParameter(settings, "参数错误: from_date_time and to_date_time are required");
        }

        DateOnly from = Day(fromMs), to = Day(toMs);
        if (to.DayNumber - from.DayNumber > 6)
        {
            return OldAnswers.Error(41041, "时间跨度不能超过7天");
        }

        List<JsonNode> rows = [];
        foreach (var member in users.Select(cloud.People.Find).OfType<Member>().Where(m => m.AttendanceGroup))
        {
            for (var day = from; day <= to; day = day.AddDays(1))
            {
                rows.AddRange(Points(member, day));
            }
        }

        return OldAnswers.Result(new JsonArray([.. rows]));
    }

    private static IEnumerable<JsonNode> Points(Member member, DateOnly day)
    {
        var key = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var times = member.Schedule.GetValueOrDefault(key) ?? (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? "rest" : Usual);
        if (times == "rest")
        {
            yield return Row(null, null);
            yield break;
        }

        var last = TimeSpan.MinValue;
        foreach (var section in times.Split(','))
        {
            foreach (var (time, index) in section.Split('-').Select((t, i) => (TimeSpan.Parse(t, CultureInfo.InvariantCulture), i)))
            {
                var at = time;
                while (at <= last)
                {
                    at += TimeSpan.FromDays(1);
                }

                last = at;
                yield return Row(index == 0 ? "OnDuty" : "OffDuty", day.ToDateTime(TimeOnly.MinValue) + at);
            }
        }

        JsonObject Row(string? type, DateTime? at)
        {
            var row = new JsonObject
            {
                ["userid"] = member.Userid,
                ["work_date"] = $"{key} 00:00:00",
                ["is_rest"] = type is null ? "Y" : "N",
                ["group_id"] = 100_001,
                ["shift_id"] = 200_001,
            };
            if (type is not null)
            {
                row["check_type"] = type;
                row["plan_check_time"] = at!.Value.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            }

            return row;
        }
    }

    private DateOnly Day(long ms) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(ms).ToOffset(cloud.Settings.Offset).DateTime);
}
