using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Flash.Rom;

/// <summary>
/// Ways to restart the chip by the two control wires (esptool documentation, "Automatic bootloader"). On most boards DTR and RTS drive
/// IO0 and EN through two transistors such that both asserted means neither; on the chip's own USB port its hardware watches their order.
/// </summary>
public sealed class ResetSequence
{
    private readonly (bool Dtr, bool Rts, int MillisecondsAfter)[] _steps;

    private ResetSequence(params (bool, bool, int)[] steps) => _steps = steps;

    /// <summary>Into the loader, both wires changing at once.</summary>
    public static ResetSequence Tight(int bootMilliseconds) => new((false, false, 0), (true, true, 0), (false, true, 100), (true, false, bootMilliseconds), (false, false, 0));

    /// <summary>Into the loader, for adapters that need the simple order.</summary>
    public static ResetSequence Classic(int bootMilliseconds) => new((false, true, 100), (true, true, 0), (true, false, bootMilliseconds), (false, false, 0));

    /// <summary>Into the loader over the chip's USB-Serial-JTAG, passing through both asserted, never through neither.</summary>
    public static ResetSequence UsbJtag { get; } = new((false, false, 100), (true, false, 100), (true, true, 0), (false, true, 100), (false, false, 0));

    /// <summary>Starts the program.</summary>
    public static ResetSequence Run(bool usb) => usb ? new((false, true, 200), (false, false, 200)) : new((false, true, 100), (false, false, 0));

    /// <summary>What to try, in this order.</summary>
    public static IReadOnlyList<ResetSequence> IntoLoader(bool usbJtag) => usbJtag ? [UsbJtag] : [Tight(50), Tight(550), Classic(50), Classic(550)];

    /// <summary>Plays it.</summary>
    /// <returns>False where the line has no such wires; nothing was restarted.</returns>
    public bool Play(ISerialLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        foreach ((bool dtr, bool rts, int after) in _steps)
        {
            if (!line.SetControl(dtr, rts)) return false;
            // The circuit and the chip need this time; nothing can be polled meanwhile.
            if (after > 0) Thread.Sleep(after);
        }

        return true;
    }
}
