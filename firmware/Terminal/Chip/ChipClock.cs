using System;
using Devices.Terminal.Parts;
using nanoFramework.Runtime.Native;

namespace Devices.Terminal.Chip;

/// <summary>Hands the board's time to the chip's clock, so that file dates and TLS certificate dates make sense. Whole seconds.</summary>
internal sealed class ChipClock : IBoardClock
{
    public void Set(long epochMs)
    {
        Rtc.SetSystemTime(DateTime.FromUnixTimeSeconds(epochMs / 1000));
    }
}
