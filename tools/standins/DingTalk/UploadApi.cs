using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// POST topapi/attendance/record/upload (upload-punch-records 2026-05-27): one punch a call, no record id in the
/// answer, no idempotency key. Call under the cloud's lock.
/// </summary>
internal sealed class UploadApi(Cloud cloud)
{
    // Thirteen digits begin in 2001; anything smaller was meant in seconds.
    private const long SmallestMilliseconds = 1_000_000_000_000;
    private const long WindowMs = 180L * 24 * 60 * 60 * 1000;
    private const long FutureMs = 5L * 60 * 1000;

    public Reply Upload(CallFields fields)
    {
        if (fields.Problem is not null)
        {
            return Refuse(fields, "unreadable body", 40035, "不合法的参数: " + fields.Problem);
        }

        foreach (var name in (string[])["userid", "device_name", "device_id", "user_check_time"])
        {
            if (fields.Text(name) is null)
            {
                return Refuse(fields, $"missing {name}", cloud.Settings.BadParameterCode, $"参数错误: {name} is required");
            }
        }

        if (fields.Number("user_check_time") is not { } time)
        {
            return Refuse(fields, "user_check_time is not a number", cloud.Settings.BadParameterCode, "参数错误: user_check_time must be a number");
        }

        return Judge(fields, fields.Text("userid")!, time);
    }

    private Reply Judge(CallFields fields, string userid, long time)
    {
        var settings = cloud.Settings;
        var now = cloud.Now.ToUnixTimeMilliseconds();
        string? invalid = null;

        // The documented trap: the answer says success, and nothing appears in attendance.
        if (Math.Abs(time) < SmallestMilliseconds)
        {
            return Drop(fields, "user_check_time is not in milliseconds");
        }

        var member = cloud.People.Find(userid);
        (bool Applies, UploadPolicy Policy, int Code, string Reason)[] judgements =
        [
            (now - time > WindowMs, settings.TooOld, settings.BadParameterCode, "older than 180 days"),
            (time - now > FutureMs, settings.Future, settings.BadParameterCode, "in the future"),
            (member is null, settings.UnknownUser, settings.UnknownUserCode, "unknown userid"),
            (settings.IsSealed(time), settings.Sealed, settings.SealedCode, "in a sealed period"),
            (member is { AttendanceGroup: false }, settings.NoGroup, settings.NoGroupCode, "in no attendance group"),
        ];
        foreach (var (_, policy, code, reason) in judgements.Where(j => j.Applies))
        {
            switch (policy)
            {
                case UploadPolicy.Error:
                    return Refuse(fields, reason, code, $"user_check_time or userid is not accepted: {reason}");
                case UploadPolicy.SilentDrop:
                    return Drop(fields, reason);
                case UploadPolicy.InvalidRow:
                    invalid ??= reason;
                    break;
            }
        }

        var deviceId = fields.Text("device_id")!;
        var again = cloud.Punches.Has(userid, time, deviceId);
        if (again && settings.Duplicates == DuplicatePolicy.SilentDrop)
        {
            return Drop(fields, "duplicate");
        }

        if (again && settings.Duplicates == DuplicatePolicy.Error)
        {
            return Refuse(fields, "duplicate", settings.DuplicateCode, "the punch exists already");
        }

        var punch = cloud.Punches.Add((order, id) => new Punch
        {
            Order = order,
            Id = id,
            Userid = userid,
            DeviceName = fields.Text("device_name")!,
            DeviceId = deviceId,
            UserCheckTime = time,
            PhotoUrl = fields.Text("photo_url"),
            ReceivedAt = now,
            Invalid = invalid,
        });
        Note(fields, again ? "recorded again" : "recorded", punch.Order);
        if (settings.UploadsRaiseEvents)
        {
            var row = new JsonObject { ["corpId"] = settings.CorpId, ["userId"] = userid, ["checkTime"] = time, ["address"] = punch.DeviceName, ["locationResult"] = "Normal", ["locationMethod"] = "ATM", ["checkByUser"] = true };
            cloud.Events.Add(new("attendance_check_record", new() { ["dataList"] = new JsonArray(row) }, now));
        }

        return Success();
    }

    private static Reply Success() => OldAnswers.Ok(new() { ["success"] = true, ["request_id"] = OldAnswers.RequestId() });

    private Reply Drop(CallFields fields, string reason)
    {
        Note(fields, $"answered success, not recorded: {reason}", null);
        return Success();
    }

    private Reply Refuse(CallFields fields, string reason, int code, string message)
    {
        Note(fields, $"refused {code}: {reason}", null);
        var reply = OldAnswers.Error(code, message);
        reply.Body["success"] = false;
        return reply;
    }

    private void Note(CallFields fields, string outcome, long? order) => cloud.Punches.Note(new(
        cloud.Now.ToUnixTimeMilliseconds(),
        fields.Text("userid"),
        fields.Text("device_id"),
        fields.Text("user_check_time"),
        outcome,
        order));
}
