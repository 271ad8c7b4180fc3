using Devices.Terminal.Cards;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>
/// A Wiegand reader on two lines (5 V outputs need a divider: hardware/wiring.md). Falling edges are pulses. The lines idle high, so one
/// that is low for long is a reader without power or a shorted cable, and both change nothing that a person could see otherwise.
/// </summary>
public sealed class WiegandReader : ICardReader, ICardRefusal, IPartHealth
{
    public const int HeldMs = 2000;

    /// <summary>After so long without an edge the events are armed anew, should they have stopped (nanoframework/Home#570, #1332), ms.</summary>
    public const int RearmMs = 600000;

    private const string Remedy = "Check the reader's 12 V, the joined grounds and its D0 and D1 wires; faces and PINs work meanwhile.";

    private readonly WiegandDecoder _decoder = new WiegandDecoder();
    private readonly IPinEdges _d0;
    private readonly IPinEdges _d1;
    private readonly DriverHealth _health = new DriverHealth("Wiegand reader");
    private readonly WiegandLine _zero;
    private readonly WiegandLine _one;
    private bool _damaged;
    private long _quietMs;
    private bool _low;
    private long _lowMs;

    public WiegandReader(IPinEdges d0, IPinEdges d1)
    {
        _d0 = d0;
        _d1 = d1;
        _zero = new WiegandLine(_decoder, 0);
        _one = new WiegandLine(_decoder, 1);
        Arm();
    }

    public PartFault? Fault
    {
        get { return _health.Fault; }
    }

    public CardRefusal LastRefusal
    {
        get { return CardRefusal.Damaged; }
    }

    public string? Poll(long nowMs)
    {
        bool low = !_d0.IsHigh || !_d1.IsHigh;
        if (low && !_low)
        {
            _lowMs = nowMs;
        }

        _low = low;
        if (low && nowMs - _lowMs >= HeldMs)
        {
            _health.Note(PartFaultKind.NotAnswering, Remedy);
        }
        else if (!low)
        {
            _health.Well();
        }

        WiegandResult result = _decoder.Poll(nowMs, out string uid);
        if (result != WiegandResult.None)
        {
            _quietMs = nowMs;
        }
        else if (nowMs - _quietMs >= RearmMs)
        {
            _quietMs = nowMs;
            Arm();
        }

        if (result == WiegandResult.Damaged)
        {
            _damaged = true;
        }

        return result == WiegandResult.Card ? uid : null;
    }

    public bool TakeDamaged()
    {
        bool damaged = _damaged;
        _damaged = false;
        return damaged;
    }

    private void Arm()
    {
        _d0.Listen(_zero);
        _d1.Listen(_one);
    }
}
