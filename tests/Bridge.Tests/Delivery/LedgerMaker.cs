using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>A terminal's ledger: punches with a right chain.</summary>
internal sealed class LedgerMaker(string terminal = "m2-001")
{
    private byte[] _chain = [];
    private long _seq;

    public Guid Ledger { get; } = Guid.CreateVersion7();

    public Punch Next(string person, long at, ClockQuality clock = ClockQuality.Synced, PunchMethod method = PunchMethod.Card, PunchDirection direction = PunchDirection.None)
    {
        if (_seq == 0) _chain = PunchChain.Genesis(Ledger);
        Punch punch = new()
        {
            Terminal = terminal,
            Ledger = Ledger,
            Seq = ++_seq,
            Person = person,
            At = at,
            Clock = clock,
            UncertaintyMs = clock == ClockQuality.Held ? -1 : 0,
            Method = method,
            Direction = direction,
            Score = method == PunchMethod.Face ? 0.71f : null,
            Threshold = method == PunchMethod.Face ? 0.43f : null,
            Pack = method == PunchMethod.Face ? "test@1" : null,
            Chain = new string('0', 64),
        };
        _chain = PunchChain.Next(_chain, punch);
        return punch with { Chain = PunchChain.ToHex(_chain) };
    }

    public PunchBatch Batch(params IReadOnlyList<Punch> punches) => new() { Terminal = terminal, Ledger = Ledger, Punches = punches };
}
