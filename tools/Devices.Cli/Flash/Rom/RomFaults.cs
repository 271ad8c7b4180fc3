namespace Devices.Cli.Flash.Rom;

/// <summary>The chip answered that it could not: its error byte, in words (Espressif, "Serial Protocol", "ROM loader errors").</summary>
public sealed class RomRefusedException(RomOp op, byte error)
    : IOException($"The chip refused {op}: {Words(error)} (0x{error:X2}).")
{
    /// <summary>"Received message is invalid": also the answer to a command that this chip's ROM does not know.</summary>
    public const byte InvalidMessage = 0x05;

    public RomOp Op { get; } = op;

    public byte Error { get; } = error;

    private static string Words(byte error) => error switch
    {
        0x01 => "bad parameter",
        0x02 => "out of memory",
        0x03 => "could not send",
        0x04 => "could not receive",
        InvalidMessage => "bad or unknown message",
        0x06 => "it could not carry it out",
        0x07 => "the checksum was wrong",
        0x08 => "the flash did not read back what was written",
        0x09 => "the flash could not be read",
        0x0A => "bad read length",
        0x0B => "the compressed data is damaged",
        0x0C => "the compressed data's Adler-32 is wrong",
        0x0D => "bad parameters of the compressed data",
        0x0E => "bad size of a memory write",
        0x0F => "bad address of a memory write",
        0x64 => "a parameter is out of range",
        0x65 => "a parameter's form is wrong",
        0x66 => "the message is too long",
        0x67 => "the message's coding is wrong",
        0x69 => "no room to store it",
        _ => "for an unknown reason",
    };
}

/// <summary>No fitting answer came in time: bytes were lost, or the chip restarted or hangs.</summary>
public sealed class RomSilentException(RomOp op, TimeSpan waited)
    : IOException($"The chip did not answer {op} within {waited.TotalSeconds:0.##} s.")
{
    public RomOp Op { get; } = op;
}
