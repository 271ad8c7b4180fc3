namespace Devices.Faults.Plan;

/// <summary>One fault of the plan.</summary>
/// <param name="N">Its number in the session, from 1.</param>
/// <param name="Terminal">0-based; -1 for what belongs to no terminal.</param>
/// <param name="PauseMs">Quiet time before it, ms.</param>
/// <param name="HoldMs">How long it lasts, ms.</param>
/// <param name="Dice">Everything else about it is drawn from this.</param>
internal sealed record FaultStep(int N, FaultKind Kind, int Terminal, int PauseMs, int HoldMs, int Dice)
{
    public override string ToString() => $"#{N} {Kind.Name}{(Terminal < 0 ? "" : $" t{Terminal + 1}")} after {PauseMs} ms for {HoldMs} ms (dice {Dice})";
}

/// <summary>Faults between two checks: each lane's in their order, and last the one that wants the whole terminal.</summary>
internal sealed record FaultRound(IReadOnlyList<IReadOnlyList<FaultStep>> Lanes, FaultStep? Board)
{
    public int Count => Lanes.Sum(l => l.Count) + (Board is null ? 0 : 1);
}
