namespace Devices.Standins.EspRom;

/// <summary>What the loader answers.</summary>
/// <param name="Times">How often the same frame is sent: SYNC and unknown commands eight times.</param>
/// <param name="NewBaud">The speed from after the answer on; null: as before.</param>
/// <param name="Starts">Whether the program is started after the answer.</param>
internal sealed record RomReply(uint Value, byte[] Data, byte Error = 0, int Times = 1, int? NewBaud = null, bool Starts = false)
{
    public static RomReply Good { get; } = new(0, []);

    public static RomReply Fault(byte error) => new(0, [], error);

    /// <summary>A command that this ROM does not know.</summary>
    public static RomReply Unknown { get; } = new(0, [], 0x05, Times: 8);
}
