using Devices.Cli.App;
using Devices.Cli.Flash.Images;
using Devices.Cli.Flash.Rom;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Flash;

/// <summary>Turns what can go wrong between this computer and a chip into exit codes, with the remedy that fits.</summary>
internal static class FlashFaults
{
    private const string Buttons = "Hold BOOT, press and release RESET, release BOOT, then run this again.";

    public static CliException Explain(Exception fault) => Find(fault) ?? new(ExitCodes.Unexpected, fault.Message.ReplaceLineEndings(" "), inner: fault);

    /// <summary>Null for a fault that does not come from the line, the chip or what is to be written.</summary>
    public static CliException? Find(Exception fault) => fault switch
    {
        CliException known => known,
        SerialLineException line => new(line.Fault switch
        {
            SerialFault.Missing => ExitCodes.SerialMissing,
            SerialFault.Busy => ExitCodes.SerialBusy,
            SerialFault.Denied => ExitCodes.SerialDenied,
            SerialFault.Lost => ExitCodes.SerialLost,
            _ => ExitCodes.SerialUnsupported,
        }, line.Message, line.Remedy, line),
        NoLoaderException none => new(ExitCodes.BoardSilent, none.Message, none.ByHand ? Buttons : null, none),
        UnknownChipException unknown => new(ExitCodes.ChipUnsupported, unknown.Message, inner: unknown),
        ImageRefusedException image => new(ExitCodes.ImageRefused, image.Message, image.Remedy, image),
        FlashFailedException failed => new(ExitCodes.FlashFailed, failed.Message, inner: failed),
        RomSilentException silent => new(ExitCodes.BoardSilent, silent.Message, inner: silent),
        RomRefusedException refused => new(ExitCodes.FlashFailed, refused.Message, inner: refused),
        _ => null,
    };
}
