using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;

namespace Devices.Bridge.Notices;

/// <summary>
/// Work notifications: <c>topapi/message/corpconversation/asyncsend_v2</c> and <c>getsendresult</c>. A send answers success and a task
/// also for what is then dropped (a repeat, a person's 501st of the day); who got it is known from the result only, for 24 hours.
/// </summary>
public sealed class WorkNotifications(DingTalkClient client, NoticeOptions options)
{
    /// <summary>Code of the result for a person who got 500 already that day.</summary>
    public const string DailyLimit = "143105";

    /// <summary>Whether a result's code says that the person got the same text already that day (143106; 143206 for apps of others).</summary>
    public static bool IsSameContent(string code) => code is "143106" or "143206";

    /// <summary>Whether a result's code says that too many were told in that minute (143103, 143104 and their like): surely not delivered, and worth another try.</summary>
    public static bool IsTooFast(string code) => code is "143103" or "143104" or "143203" or "143204";

    /// <summary>One call: the task's id, or why there is none.</summary>
    /// <param name="recipients">At most 100.</param>
    public async Task<(string? Task, DeliveryOutcome Outcome)> SendAsync(IReadOnlyList<string> recipients, string text, CancellationToken cancellationToken)
    {
        Answer answer = await client.CallAsync(
            "topapi/message/corpconversation/asyncsend_v2",
            new() { ["agent_id"] = options.AgentId, ["userid_list"] = string.Join(',', recipients), ["msg"] = NoticeText.Message(text) },
            cancellationToken);
        if (!answer.Ok) return (null, answer.Outcome);
        return AnswerReader.Text(answer.Body!.Value, "task_id") is { Length: > 0 } task
            ? (task, answer.Outcome)
            : (null, new(OutcomeKind.Ambiguous, "reason.unreadable_answer"));
    }

    /// <summary>What became of a task. Recipients it says nothing about yet have no verdict.</summary>
    public async Task<(TaskResult? Result, DeliveryOutcome Outcome)> ResultAsync(string task, CancellationToken cancellationToken)
    {
        Answer answer = await client.CallAsync(
            "topapi/message/corpconversation/getsendresult",
            new() { ["agent_id"] = options.AgentId, ["task_id"] = long.TryParse(task, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : task },
            cancellationToken);
        if (!answer.Ok) return (null, answer.Outcome);
        if (!answer.Body!.Value.TryGetProperty("send_result", out JsonElement result) || result.ValueKind != JsonValueKind.Object) return (null, new(OutcomeKind.Transient, "reason.unreadable_answer"));
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
        foreach (string person in List(result, "invalid_user_id_list")) failed[person] = "invalid";
        foreach (string person in List(result, "failed_user_id_list")) failed[person] = "failed";
        foreach (string person in List(result, "forbidden_user_id_list")) failed[person] = "forbidden";
        // With its code it says more than the plain list.
        if (result.TryGetProperty("forbidden_list", out JsonElement forbidden) && forbidden.ValueKind == JsonValueKind.Array)
            foreach (JsonElement one in forbidden.EnumerateArray())
                if (AnswerReader.Text(one, "userid") is { } person) failed[person] = AnswerReader.Text(one, "code") ?? "forbidden";
        return (new([.. List(result, "read_user_id_list"), .. List(result, "unread_user_id_list")], failed), answer.Outcome);
    }

    private static IEnumerable<string> List(JsonElement result, string name) =>
        result.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : e.GetRawText())
            : [];
}

/// <summary>Who got a notice and who did not, with the platform's code.</summary>
public sealed record TaskResult(IReadOnlyList<string> Got, IReadOnlyDictionary<string, string> Failed);
