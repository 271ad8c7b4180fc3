using System;
using Devices.Terminal.Drivers.Bus;

namespace Devices.Terminal.Chip;

/// <summary>The chip's tick counter.</summary>
internal sealed class ChipTicks : ITicks
{
    public long NowMs
    {
        get { return Environment.TickCount64; }
    }
}
