namespace Devices.Bridge.Store;

/// <summary>How a punch came to be.</summary>
public enum PunchOrigin
{
    /// <summary>A terminal recorded it.</summary>
    Recorded,

    /// <summary>HR added it: nobody had punched.</summary>
    Added,

    /// <summary>It stands in for another that was somebody else's.</summary>
    Reassigned,
}

/// <summary>Why a punch does not count.</summary>
public enum PunchStrike
{
    /// <summary>It is void.</summary>
    Void,

    /// <summary>It was somebody else's; another stands in for it.</summary>
    Reassign,
}

/// <summary>How a punch counts, by the corrections there are. The punch itself never changes.</summary>
/// <param name="OriginCorrection">The correction that made it; null where a terminal recorded it.</param>
/// <param name="OriginPunch">The punch (by id) that it stands in for.</param>
/// <param name="Struck">Null where it counts.</param>
/// <param name="StandIn">The punch (by id) that stands in for it.</param>
/// <param name="Proposal">A correction that waits for its decision.</param>
public sealed record PunchStanding(
    PunchOrigin Origin, long? OriginCorrection, long? OriginPunch, PunchStrike? Struck, long? StruckCorrection, long? StandIn, long? Proposal)
{
    /// <summary>Recorded by a terminal, and nobody has corrected it.</summary>
    public static PunchStanding AsRecorded { get; } = new(PunchOrigin.Recorded, null, null, null, null, null, null);

    /// <summary>Whether boards, months and statistics count it.</summary>
    public bool Counts => Struck is null;

    /// <summary>Whether any correction concerns it.</summary>
    public bool Corrected => Origin != PunchOrigin.Recorded || Struck is not null;

    /// <summary>The correction to look at: what struck it, else what made it, else what waits.</summary>
    public long? Correction => StruckCorrection ?? OriginCorrection ?? Proposal;
}
