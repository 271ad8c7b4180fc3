using System.Globalization;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// POST attendance/list (open-attendance-clock-in-data 2026-05-27): one row a planned point, "not signed" ones included, whole days, ≤ 7 of
/// them, ≤ 50 users, paged by offset and limit ≤ 50. The plan is 09:00–18:00 for everybody in an attendance group, every day. Call under
/// the cloud's lock.
/// </summary>
internal sealed class ResultListApi(Cloud cloud)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    public Reply List(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null)
        {
            return OldAnswers.Error(40035, "不合法的参数: " + fields.Problem);
        }

        if (fields.List("userIdList") is not { Count: > 0 and <= 50 } users)
        {
            return OldAnswers.BadParameter(settings, "参数错误: userIdList holds 1 to 50");
        }

        if (fields.Number("offset") is not >= 0 || fields.Number("limit") is not (>= 1 and <= 50))
        {
            return OldAnswers.BadParameter(settings, "参数错误: offset from 0 and limit from 1 to 50 are required");
        }

        if (!TryDay(fields.Text("workDateFrom"), out var from) || !TryDay(fields.Text("workDateTo"), out var to))
        {
            return OldAnswers.Error(41100, $"时间格式错误: use {TimeFormat}");
        }

        if (to < from || to.DayNumber - from.DayNumber > 6)
        {
            return OldAnswers.Error(41041, "时间跨度不能超过7天");
        }

        List<JsonNode> rows = [];
        if (fields.Flag("isI18n") != true)
        {
            for (var day = from; day <= to; day = day.AddDays(1))
            {
                foreach (var user in users.Where(u => cloud.People.Find(u) is { AttendanceGroup: true }))
                {
                    rows.AddRange(Points(user, day));
                }
            }
        }

        int offset = (int)fields.Number("offset")!.Value, limit = (int)fields.Number("limit")!.Value;
        return OldAnswers.Ok(new() { ["recordresult"] = new JsonArray([.. rows.Skip(offset).Take(limit)]), ["hasMore"] = rows.Count > offset + limit });
    }

    // The on-duty point's row is there from the mid-line 13:30 on, the off-duty point's from 01:30 of the next day (attendance-interface-common-problems).
    private IEnumerable<JsonNode> Points(string user, DateOnly day)
    {
        var settings = cloud.Settings;
        DateTimeOffset At(int hour, int minute) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), settings.Offset).AddHours(hour).AddMinutes(minute);
        foreach (var (type, plan, begins, ends) in ((string, DateTimeOffset, DateTimeOffset, DateTimeOffset)[])
            [("OnDuty", At(9, 0), At(1, 30), At(13, 30)), ("OffDuty", At(18, 0), At(13, 30), At(25, 30))])
        {
            var generated = ends.ToUnixTimeMilliseconds();
            var inside = cloud.Punches.Punches.Where(p => p.Userid == user && p.Invalid is null && p.UserCheckTime >= begins.ToUnixTimeMilliseconds() && p.UserCheckTime < generated
                && (p.ReceivedAt < generated || (settings.LateResults == LateResults.Rewritten && !settings.IsSealed(p.UserCheckTime)))).OrderBy(p => p.UserCheckTime).ToList();
            var punch = type == "OnDuty" ? inside.FirstOrDefault() : inside.LastOrDefault();
            if (punch is null && cloud.Now < ends)
            {
                continue;
            }

            var planned = plan.ToUnixTimeMilliseconds();
            var row = new JsonObject
            {
                ["userId"] = user,
                ["workDate"] = Number(At(0, 0).ToUnixTimeMilliseconds()),
                ["checkType"] = type,
                ["baseCheckTime"] = Number(planned),
                ["planId"] = Number(planned / 1000),
                ["groupId"] = Number(100_001),
                ["sourceType"] = punch is null ? "SYSTEM" : settings.SourceType,
                ["timeResult"] = punch is null ? "NotSigned" : type == "OnDuty" ? (punch.UserCheckTime < planned + 60_000 ? "Normal" : "Late") : (punch.UserCheckTime >= planned ? "Normal" : "Early"),
                ["locationResult"] = punch is null ? "NotSigned" : "Normal",
                ["userCheckTime"] = Number(punch?.UserCheckTime ?? planned),
            };
            if (punch is not null)
            {
                row["recordId"] = Number(punch.Id);
            }

            yield return row;
        }
    }

    private JsonValue Number(long value) => cloud.Settings.NumbersAsStrings
        ? JsonValue.Create(value.ToString(CultureInfo.InvariantCulture))
        : JsonValue.Create(value);

    private static bool TryDay(string? text, out DateOnly day)
    {
        var ok = DateTime.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall);
        day = DateOnly.FromDateTime(wall);
        return ok;
    }
}
