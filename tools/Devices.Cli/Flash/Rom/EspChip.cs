namespace Devices.Cli.Flash.Rom;

/// <summary>
/// What differs between the chips that this tool flashes. Addresses are those of the technical reference manuals (SPI memory controller,
/// eFuse, RTC control); ids are those of the image header's extended part.
/// </summary>
public sealed record EspChip
{
    public required string Name { get; init; }

    /// <summary>In image headers, and in the answer to GET_SECURITY_INFO where the ROM knows that command.</summary>
    public required ushort Id { get; init; }

    /// <summary>What register 0x40001000 reads on a chip whose ROM does not know GET_SECURITY_INFO; null on others.</summary>
    public uint? Magic { get; init; }

    /// <summary>Where the second-stage bootloader lies in flash.</summary>
    public required uint BootloaderAddress { get; init; }

    /// <summary>SPI1, the controller that the loader uses for the flash, and where its registers lie from there.</summary>
    public required SpiRegisters Spi { get; init; }

    /// <summary>eFuse words that hold the base MAC: low word, then high word.</summary>
    public required uint MacAddress { get; init; }

    /// <summary>Whether the begin commands take a fifth word (encrypted write): all chips but the first.</summary>
    public required bool HasEncryptedWord { get; init; }

    /// <summary>eFuse words that tell flash encryption and secure boot, for a chip that has no GET_SECURITY_INFO.</summary>
    public EfuseSecurity? Efuse { get; init; }

    /// <summary>The two watchdogs that reset the chip after some seconds when the loader was entered over USB-Serial-JTAG.</summary>
    public UsbWatchdogs? Watchdogs { get; init; }

    public static EspChip Esp32 { get; } = new()
    {
        Name = "ESP32",
        Id = 0,
        Magic = 0x00F01D83,
        BootloaderAddress = 0x1000,
        Spi = new(0x3FF42000, User: 0x1C, User2: 0x24, MisoLength: 0x2C, Word0: 0x80),
        MacAddress = 0x3FF5A004,
        HasEncryptedWord = false,
        // BLK0_RDATA0 bits 20–26 count flash encryption (odd: on); BLK0_RDATA6 bits 4 and 5 are secure boot V1 and V2.
        Efuse = new(0x3FF5A000, 0x7F << 20, 0x3FF5A018, 0x30),
    };

    public static EspChip Esp32S3 { get; } = new()
    {
        Name = "ESP32-S3",
        Id = 9,
        BootloaderAddress = 0,
        Spi = new(0x60002000, User: 0x18, User2: 0x20, MisoLength: 0x28, Word0: 0x58),
        MacAddress = 0x60007044,
        HasEncryptedWord = true,
        Watchdogs = new(0x60008098, 0x600080B0, 0x600080B4, 0x600080B8),
    };

    public static EspChip Esp32C3 { get; } = new()
    {
        Name = "ESP32-C3",
        Id = 5,
        BootloaderAddress = 0,
        Spi = new(0x60002000, User: 0x18, User2: 0x20, MisoLength: 0x28, Word0: 0x58),
        MacAddress = 0x60008844,
        HasEncryptedWord = true,
        Watchdogs = new(0x60008090, 0x600080A8, 0x600080AC, 0x600080B0),
    };

    /// <summary>All chips that this tool flashes.</summary>
    public static IReadOnlyList<EspChip> All { get; } = [Esp32, Esp32S3, Esp32C3];

    /// <summary>The name of a chip by its id, also of those that this tool does not flash.</summary>
    public static string NameOf(int id) => id switch
    {
        2 => "ESP32-S2",
        12 => "ESP32-C2",
        13 => "ESP32-C6",
        16 => "ESP32-H2",
        18 => "ESP32-P4",
        23 => "ESP32-C5",
        _ => All.FirstOrDefault(chip => chip.Id == id)?.Name ?? $"chip number {id}",
    };
}

/// <summary>SPI1's base address and the offsets of the registers that a user-defined command needs.</summary>
public sealed record SpiRegisters(uint Base, uint User, uint User2, uint MisoLength, uint Word0);

/// <summary>Where and under which masks a chip's eFuses tell flash encryption (odd number of ones: on) and secure boot (any one: on).</summary>
public sealed record EfuseSecurity(uint CryptAddress, uint CryptMask, uint BootAddress, uint BootMask);

/// <summary>Registers of the RTC watchdog and the super watchdog: configuration and write protection of each.</summary>
public sealed record UsbWatchdogs(uint WatchdogConfig, uint WatchdogProtect, uint SuperConfig, uint SuperProtect)
{
    public const uint WatchdogKey = 0x50D83AA1, SuperKey = 0x8F1D312A, SuperAutoFeed = 1u << 31;
}
