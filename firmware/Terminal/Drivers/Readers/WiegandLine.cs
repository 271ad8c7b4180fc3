using Devices.Terminal.Cards;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>One data line: a falling edge is a bit.</summary>
internal sealed class WiegandLine : IEdgeSink
{
    private readonly WiegandDecoder _decoder;
    private readonly int _bit;

    public WiegandLine(WiegandDecoder decoder, int bit)
    {
        _decoder = decoder;
        _bit = bit;
    }

    public void Edge(bool high, long nowMs)
    {
        if (!high)
        {
            _decoder.Pulse(_bit, nowMs);
        }
    }
}
