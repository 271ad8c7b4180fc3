using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>
/// Work notifications (asyncsend_v2, getsendresult). Over a limit the answer is success all the same, and the person gets nothing: an
/// identical message a day, 500 a person and day, 5,000 recipients a minute. The result of a task says so, for 24 hours. Call under the cloud's lock.
/// </summary>
internal sealed class NoticeApi(Cloud cloud)
{
    private const int MostUsers = 100;
    private const int MostBytes = 2048;
    private const int PerDay = 500;

    public Reply Send(CallFields fields)
    {
        var settings = cloud.Settings;
        if (fields.Problem is not null || fields.Part("msg") is not { } message)
        {
            return OldAnswers.BadParameter(settings, "缺少参数 msg");
        }

        if (fields.Number("agent_id") != settings.AgentId)
        {
            return OldAnswers.BadParameter(settings, "不合法的agent_id");
        }

        string[] people = [.. (fields.Text("userid_list") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        if (people.Length is 0 or > MostUsers)
        {
            return OldAnswers.BadParameter(settings, "userid_list 最大 100");
        }

        var text = message["text"]?["content"]?.ToString();
        if (text is null || Encoding.UTF8.GetByteCount(message.ToJsonString(Json.Options)) > MostBytes)
        {
            return OldAnswers.BadParameter(settings, "消息不能超过 2048 字节");
        }

        var now = cloud.Now;
        var day = now.ToOffset(settings.Offset).Date;
        var today = cloud.Notices.Tasks.Where(t => t.At.ToOffset(settings.Offset).Date == day).ToList();
        var thisMinute = cloud.Notices.Tasks.Where(t => now - t.At < TimeSpan.FromMinutes(1)).Sum(t => t.People.Count);
        List<NoticeFate> fates = [];
        foreach (var person in people)
        {
            var got = today.Where(t => t.People.Any(f => f.Userid == person && f.Code is null)).ToList();
            string? code = cloud.People.Find(person) is null ? "invalid"
                : got.Any(t => t.Text == text) ? "143106"
                : got.Count >= PerDay ? "143105"
                : thisMinute + fates.Count >= settings.NoticeRecipientsPerMinute ? "143104" : null;
            fates.Add(new(person, code));
        }

        var task = cloud.Notices.Add(now, text, fates);
        return OldAnswers.Ok(new() { ["task_id"] = task.TaskId, ["request_id"] = OldAnswers.RequestId() });
    }

    public Reply Result(CallFields fields)
    {
        if (fields.Number("agent_id") != cloud.Settings.AgentId || cloud.Notices.Tasks.Find(t => t.TaskId == fields.Number("task_id")) is not { } task || cloud.Now - task.At > TimeSpan.FromHours(24))
        {
            return OldAnswers.BadParameter(cloud.Settings, "不合法的task_id");
        }

        var ready = cloud.Now - task.At >= TimeSpan.FromSeconds(cloud.Settings.NoticeLagSeconds);
        JsonArray Of(Func<NoticeFate, bool> which) => new([.. (ready ? task.People : []).Where(which).Select(f => (JsonNode)f.Userid)]);
        return OldAnswers.Ok(new()
        {
            ["send_result"] = new JsonObject
            {
                ["invalid_user_id_list"] = Of(f => f.Code == "invalid"),
                ["forbidden_user_id_list"] = Of(f => f.Code is not (null or "invalid")),
                ["failed_user_id_list"] = new JsonArray(),
                ["read_user_id_list"] = new JsonArray(),
                ["unread_user_id_list"] = Of(f => f.Code is null),
                ["invalid_dept_id_list"] = new JsonArray(),
                ["forbidden_list"] = new JsonArray([.. (ready ? task.People : []).Where(f => f.Code is not (null or "invalid")).Select(f => (JsonNode)new JsonObject { ["code"] = f.Code, ["count"] = 1, ["userid"] = f.Userid })]),
            },
            ["request_id"] = OldAnswers.RequestId(),
        });
    }

    /// <summary>Every call that was taken, with what became of it for each person.</summary>
    public JsonObject Describe() => new()
    {
        ["tasks"] = new JsonArray([.. cloud.Notices.Tasks.Select(t => (JsonNode)new JsonObject
        {
            ["task_id"] = t.TaskId.ToString(CultureInfo.InvariantCulture),
            ["at"] = t.At.ToUnixTimeMilliseconds(),
            ["text"] = t.Text,
            ["people"] = new JsonArray([.. t.People.Select(f => (JsonNode)new JsonObject { ["userid"] = f.Userid, ["code"] = f.Code })]),
        })]),
    };
}
