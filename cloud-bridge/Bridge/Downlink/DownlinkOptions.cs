namespace Devices.Bridge.Downlink;

/// <summary>How messages go down to terminals.</summary>
public sealed record DownlinkOptions
{
    /// <summary>How often the bridge looks whether something new is to go down.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A message that is not answered is composed anew and sent again after this.</summary>
    public TimeSpan SendAgain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether other nodes send down from the same store: what they began anew is looked up.</summary>
    public bool Shared { get; init; }

    /// <summary>Whether this node does what is done once for all terminals: expire commands, clear up.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>Most bytes of a roster message; more people wait for the next one.</summary>
    public int MaxBytes { get; init; } = 96 * 1024;

    /// <summary>Most people and leavers of a roster message.</summary>
    public int MaxPeople { get; init; } = Contract.Messages.RosterRules.MaxPeople;
}
