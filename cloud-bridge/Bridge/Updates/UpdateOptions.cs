namespace Devices.Bridge.Updates;

/// <summary>Settings below <c>Bridge:Updates</c>.</summary>
public sealed record UpdateOptions
{
    /// <summary>Most that one terminal gets of packages.</summary>
    public int TerminalKiBPerSecond { get; set; } = 1024;

    /// <summary>Most that all terminals get of packages.</summary>
    public int TotalKiBPerSecond { get; set; } = 8192;

    /// <summary>So many parts of packages are sent at a time; others are asked to come again.</summary>
    public int MaxDownloads { get; set; } = 32;

    /// <summary>How long the timestamp that this bridge signs is good; it is signed anew at half of that.</summary>
    public int TimestampHours { get; set; } = 72;

    /// <summary>How often rollouts are looked at.</summary>
    public int LookSeconds { get; set; } = 5;

    /// <summary>Null where every setting is in range, else one sentence.</summary>
    public string? Check() =>
        TerminalKiBPerSecond is < 1 or > 10_000_000 || TotalKiBPerSecond is < 1 or > 10_000_000 ? "Bridge:Updates:TerminalKiBPerSecond and TotalKiBPerSecond are from 1 to 10000000."
        : MaxDownloads is < 1 or > 10_000 ? "Bridge:Updates:MaxDownloads is from 1 to 10000."
        : TimestampHours is < 2 or > 8760 ? "Bridge:Updates:TimestampHours is from 2 to 8760."
        : LookSeconds is < 1 or > 3600 ? "Bridge:Updates:LookSeconds is from 1 to 3600." : null;
}
