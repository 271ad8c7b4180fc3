namespace Devices.Terminal.Parts;

/// <summary>Where a join stands.</summary>
public enum WifiJoin
{
    Idle = 0,
    Joining = 1,
    Joined = 2,
    Failed = 3,
}
