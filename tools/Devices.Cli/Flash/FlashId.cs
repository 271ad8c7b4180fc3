namespace Devices.Cli.Flash;

/// <summary>Reads a flash chip's JEDEC id (JEP106 maker, type, capacity).</summary>
internal static class FlashId
{
    /// <summary>Bytes by the capacity byte, a power of two from 256 KiB to 128 MiB; 0 where it says something else (FF: no flash answers).</summary>
    public static uint Size(uint id) => ((id >> 16) & 0xFF) is var power and >= 0x12 and <= 0x1B ? 1u << (int)power : 0;
}
