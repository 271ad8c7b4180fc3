using System.Globalization;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// POST attendance/listRecord (attendance-clock-in-record-is-open 2026-05-27): raw punches by their own time,
/// ≤ 50 users, ≤ 7 days, no paging, ≤ 180 days back. Call under the cloud's lock.
/// </summary>
internal sealed class RecordListApi(Cloud cloud)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    public Reply List(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null)
        {
            return OldAnswers.Error(40035, "不合法的参数: " + fields.Problem);
        }

        if (fields.List("userIds") is not { Count: > 0 } userIds)
        {
            return OldAnswers.BadParameter(settings, "参数错误: userIds is required");
        }

        if (userIds.Count > 50)
        {
            return OldAnswers.BadParameter(settings, "参数错误: userIds holds at most 50");
        }

        if (fields.Text("checkDateFrom") is not { } fromText || fields.Text("checkDateTo") is not { } toText)
        {
            return OldAnswers.BadParameter(settings, "参数错误: checkDateFrom and checkDateTo are required");
        }

        if (!TryTime(fromText, out var from) || !TryTime(toText, out var to))
        {
            return OldAnswers.Error(41100, $"时间格式错误: use {TimeFormat}");
        }

        if (to < from)
        {
            return OldAnswers.BadParameter(settings, "参数错误: checkDateTo is before checkDateFrom");
        }

        if (to - from > TimeSpan.FromDays(7))
        {
            return OldAnswers.Error(41041, "时间跨度不能超过7天");
        }

        // A domestic organisation that asks for the international form gets nothing, and no error.
        var rows = fields.Flag("isI18n") == true ? [] : Rows(userIds, from, to);
        return OldAnswers.Ok(new() { ["recordresult"] = new JsonArray([.. rows]) });
    }

    private IEnumerable<JsonNode> Rows(IReadOnlyList<string> userIds, DateTimeOffset from, DateTimeOffset to)
    {
        var now = cloud.Now;
        var oldest = now.AddDays(-180).ToUnixTimeMilliseconds();
        var visible = now.AddSeconds(-cloud.Settings.SyncLagSeconds).ToUnixTimeMilliseconds();
        long first = from.ToUnixTimeMilliseconds(), last = to.AddSeconds(1).ToUnixTimeMilliseconds() - 1;
        return cloud.Punches.Punches
            .Where(p => userIds.Contains(p.Userid) && p.UserCheckTime >= Math.Max(first, oldest) && p.UserCheckTime <= last && p.ReceivedAt <= visible)
            .OrderBy(p => p.UserCheckTime).ThenBy(p => p.Order)
            .Select(Row);
    }

    private JsonObject Row(Punch punch)
    {
        var settings = cloud.Settings;
        var local = DateTimeOffset.FromUnixTimeMilliseconds(punch.UserCheckTime).ToOffset(settings.Offset);
        var midnight = new DateTimeOffset(local.Date, settings.Offset);
        var row = new JsonObject
        {
            ["id"] = Number(punch.Id),
            ["userId"] = punch.Userid,
            ["corpId"] = settings.CorpId,
            ["userCheckTime"] = Number(Cut(punch.UserCheckTime)),
            ["workDate"] = Number(midnight.ToUnixTimeMilliseconds()),
            ["sourceType"] = settings.SourceType,
            ["userAddress"] = punch.DeviceName,
            ["locationMethod"] = "ATM",
            ["locationResult"] = "Normal",
            ["bizId"] = $"B{punch.Id}",
            ["gmtCreate"] = Number(punch.ReceivedAt),
            ["gmtModified"] = Number(punch.ReceivedAt),
        };
        if (settings.ShowDeviceId)
        {
            row["deviceId"] = punch.DeviceId;
        }

        if (punch.PhotoUrl is not null)
        {
            row["photoUrl"] = punch.PhotoUrl;
        }

        if (punch.Invalid is not null)
        {
            row["invalidRecordType"] = "Other";
            row["invalidRecordMsg"] = punch.Invalid;
            return row;
        }

        // A 09:00–18:00 shift, split at its mid-line as the platform does (attendance-interface-common-problems).
        var onDuty = local.TimeOfDay < new TimeSpan(13, 30, 0);
        var plan = midnight.AddHours(onDuty ? 9 : 18);
        row["isLegal"] = "Y";
        row["checkType"] = onDuty ? "OnDuty" : "OffDuty";
        row["timeResult"] = onDuty
            ? (local <= plan ? "Normal" : "Late")
            : (local >= plan ? "Normal" : "Early");
        row["baseCheckTime"] = Number(plan.ToUnixTimeMilliseconds());
        row["planCheckTime"] = Number(plan.ToUnixTimeMilliseconds());
        row["planId"] = Number(punch.Id + 1_000_000);
        row["groupId"] = Number(100_001);
        row["classId"] = Number(200_001);
        return row;
    }

    private long Cut(long time)
    {
        long unit = cloud.Settings.TimePrecision switch { TimePrecision.Second => 1000, TimePrecision.Minute => 60_000, _ => 1 };
        return time / unit * unit;
    }

    private JsonValue Number(long value) => cloud.Settings.NumbersAsStrings
        ? JsonValue.Create(value.ToString(CultureInfo.InvariantCulture))
        : JsonValue.Create(value);

    private bool TryTime(string text, out DateTimeOffset time)
    {
        var ok = DateTime.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall)
            && wall.Year > 1;
        time = ok ? new DateTimeOffset(wall, cloud.Settings.Offset) : default;
        return ok;
    }
}
