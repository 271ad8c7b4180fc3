namespace Devices.Standins.DingTalk;

/// <summary>Work notifications: the tasks that were taken and what each person got.</summary>
internal sealed class NoticeBook
{
    private long _nextTask = 256_271_667_000;

    public List<NoticeTask> Tasks { get; } = [];

    /// <summary>Sends to people in the last minute are counted, whether they arrive or not.</summary>
    public NoticeTask Add(DateTimeOffset at, string text, IReadOnlyList<NoticeFate> fates)
    {
        NoticeTask task = new(_nextTask++, at, text, fates);
        Tasks.Add(task);
        return task;
    }

    public void Clear() => Tasks.Clear();
}

/// <summary>One call that was taken.</summary>
internal sealed record NoticeTask(long TaskId, DateTimeOffset At, string Text, IReadOnlyList<NoticeFate> People);

/// <summary>What became of it for one person.</summary>
/// <param name="Code">Null where it was delivered; <c>invalid</c> for nobody of that userid; else the code of the forbidden list.</param>
internal sealed record NoticeFate(string Userid, string? Code);
