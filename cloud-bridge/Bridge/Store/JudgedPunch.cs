using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>A punch and how it counts, without its journey: what days and months are made of.</summary>
public sealed record JudgedPunch(long Id, Punch Punch, PunchStanding Standing)
{
    public PunchKey Key => new(Punch.Terminal, Punch.Ledger, Punch.Seq);
}
