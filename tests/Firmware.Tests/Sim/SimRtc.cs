using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Sim;

/// <summary>A clock chip whose time the test moves.</summary>
internal sealed class SimRtc : IRtc
{
    public long Now { get; set; }

    public bool Lost { get; set; }

    public List<long> SetTo { get; } = [];

    public bool TryRead(out long epochMs)
    {
        epochMs = Now / 1000 * 1000;
        return !Lost;
    }

    public bool Set(long epochMs)
    {
        SetTo.Add(epochMs);
        Now = epochMs;
        return true;
    }
}
