namespace Devices.Standins.DingTalk;

/// <summary>The messages of the group's robot.</summary>
internal sealed class RobotBook
{
    public List<RobotMessage> Messages { get; } = [];

    /// <summary>Until when it takes nothing.</summary>
    public DateTimeOffset Blocked { get; set; }

    public void Clear()
    {
        Messages.Clear();
        Blocked = default;
    }
}

/// <summary>One message as the group sees it.</summary>
internal sealed record RobotMessage(string? Id, DateTimeOffset At, string Kind, string? Title, string? Text);
