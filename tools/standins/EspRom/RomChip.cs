namespace Devices.Standins.EspRom;

/// <summary>What the played chip is: identity, the registers that a tool reads at its start, and how closed it is.</summary>
/// <param name="Id">Answer to GET_SECURITY_INFO; null where that command is unknown to the ROM.</param>
/// <param name="ExtraWord">Whether begin commands carry a fifth word.</param>
/// <param name="SpiBase">SPI1's base address; <paramref name="SpiUser2"/>, <paramref name="SpiWord0"/> are offsets from it.</param>
public sealed record RomChip(string Name, int? Id, bool ExtraWord, uint SpiBase, uint SpiUser2, uint SpiWord0, uint MacAddress)
{
    private const uint MagicRegister = 0x40001000;

    public static RomChip Esp32 { get; } = new("esp32", null, false, 0x3FF42000, 0x24, 0x80, 0x3FF5A004) { Magic = 0x00F01D83 };

    public static RomChip Esp32S3 { get; } = new("esp32s3", 9, true, 0x60002000, 0x20, 0x58, 0x60007044) { Magic = 9 };

    public static RomChip Esp32C3 { get; } = new("esp32c3", 5, true, 0x60002000, 0x20, 0x58, 0x60008844) { Magic = 0x1B31506F };

    /// <summary>A chip that a tool for the others must refuse.</summary>
    public static RomChip Esp32C6 { get; } = new("esp32c6", 13, true, 0x60003000, 0x20, 0x58, 0x600B0844) { Magic = 0x2CE0806F };

    public uint Magic { get; init; }

    /// <summary>GET_SECURITY_INFO's flags: bit 0 secure boot, bit 2 secure download.</summary>
    public uint SecurityFlags { get; init; }

    /// <summary>GET_SECURITY_INFO's count; an odd number of ones means flash encryption.</summary>
    public byte CryptCount { get; init; }

    /// <summary>eFuse words and whatever else reads as a constant.</summary>
    public IReadOnlyDictionary<uint, uint> Registers { get; init; } = new Dictionary<uint, uint>();

    public static RomChip Named(string name) => name switch
    {
        "esp32" => Esp32,
        "esp32s3" => Esp32S3,
        "esp32c3" => Esp32C3,
        "esp32c6" => Esp32C6,
        _ => throw new BadInputException($"--chip '{name}' has to be esp32, esp32s3, esp32c3 or esp32c6."),
    };

    /// <summary>The registers as they are after a reset, for a board with this MAC (six bytes).</summary>
    internal Dictionary<uint, uint> AfterReset(ReadOnlySpan<byte> mac)
    {
        Dictionary<uint, uint> registers = new(Registers)
        {
            [MagicRegister] = Magic,
            [MacAddress] = ((uint)mac[2] << 24) | ((uint)mac[3] << 16) | ((uint)mac[4] << 8) | mac[5],
            [MacAddress + 4] = ((uint)mac[0] << 8) | mac[1],
        };
        return registers;
    }
}
