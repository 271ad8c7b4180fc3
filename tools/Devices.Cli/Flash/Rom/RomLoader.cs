using System.Buffers.Binary;
using System.Text;

namespace Devices.Cli.Flash.Rom;

/// <summary>The commands of the ROM loader, typed (Espressif, "Serial Protocol"). It keeps no state of its own: what was lost can be asked for again.</summary>
public sealed class RomLoader(RomLink link)
{
    /// <summary>Largest block of flash data that the ROM takes.</summary>
    public const int BlockBytes = 0x400;

    /// <summary>Smallest piece of flash that can be erased.</summary>
    public const int SectorBytes = 0x1000;

    private const int SlowReadBytes = 64, Repeats = 3;
    private const uint MagicRegister = 0x40001000;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(3), SyncLimit = TimeSpan.FromMilliseconds(100);

    // The ROM erases before it answers a begin command, and reads everything before it answers with an MD5.
    private const double EraseSecondsPerMiB = 40, Md5SecondsPerMiB = 8;

    public RomLink Link { get; } = link;

    /// <summary>Whether the loader answers; one attempt. The ROM answers eight times, and adjusts to our speed by this very command.</summary>
    /// <returns>False where a flasher stub of another tool is running instead of the ROM.</returns>
    /// <exception cref="RomSilentException">No answer.</exception>
    public bool Sync()
    {
        (uint value, _) = Link.Exchange(RomOp.Sync, [0x07, 0x07, 0x12, 0x20, .. Enumerable.Repeat((byte)0x55, 32)], SyncLimit);
        Link.Drain(TimeSpan.FromMilliseconds(50));
        return value != 0;
    }

    public uint ReadRegister(uint address) => Repeat(() => Link.Exchange(RomOp.ReadReg, Words(address), Usual).Value);

    public void WriteRegister(uint address, uint value) => Repeat(() => Link.Exchange(RomOp.WriteReg, Words(address, value, uint.MaxValue, 0), Usual));

    /// <summary>Which chip this is, by its id or, on a ROM that has none, by the magic register.</summary>
    /// <returns>The chip, and how far it is closed.</returns>
    /// <exception cref="UnknownChipException">A chip that this tool does not flash.</exception>
    public (EspChip Chip, SecurityInfo Security) Identify()
    {
        byte[]? info = null;
        try
        {
            info = Repeat(() => Link.Exchange(RomOp.GetSecurityInfo, [], Usual, expected: 20).Data);
        }
        catch (RomRefusedException)
        {
            // The first ESP32's ROM and the S2's (twelve bytes, no id): asked otherwise below.
        }

        if (info is not null)
        {
            int id = BinaryPrimitives.ReadInt32LittleEndian(info.AsSpan(12));
            EspChip found = EspChip.All.FirstOrDefault(chip => chip.Magic is null && chip.Id == id) ?? throw new UnknownChipException(EspChip.NameOf(id));
            return (found, SecurityInfo.Of(BinaryPrimitives.ReadUInt32LittleEndian(info), info[4]));
        }

        uint magic = ReadRegister(MagicRegister);
        EspChip byMagic = EspChip.All.FirstOrDefault(chip => chip.Magic == magic)
            ?? throw new UnknownChipException(magic == 0x000007C6 ? EspChip.NameOf(2) : $"chip with magic 0x{magic:X8}");
        EfuseSecurity efuse = byMagic.Efuse!;
        return (byMagic, new(
            (ReadRegister(efuse.BootAddress) & efuse.BootMask) != 0,
            SecureDownload: false,
            System.Numerics.BitOperations.PopCount(ReadRegister(efuse.CryptAddress) & efuse.CryptMask) % 2 == 1));
    }

    /// <summary>The base MAC, as <c>aa:bb:cc:dd:ee:ff</c>.</summary>
    public string ReadMac(EspChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ReadRegister(chip.MacAddress + 4));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), ReadRegister(chip.MacAddress));
        return string.Join(':', bytes.Skip(2).Select(one => one.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>Connects the flash to SPI1; needed once before any flash command.</summary>
    public void AttachFlash() => Repeat(() => Link.Exchange(RomOp.SpiAttach, Words(0, 0), Usual));

    /// <summary>Tells the ROM the flash's size; its other geometry is the same for all.</summary>
    public void SetFlashSize(uint bytes) => Repeat(() => Link.Exchange(RomOp.SpiSetParams, Words(0, bytes, 0x10000, SectorBytes, 0x100, 0xFFFF), Usual));

    /// <summary>
    /// The flash chip's JEDEC id (command 9F): maker, type, and capacity as a power of two, from the lowest byte up. The ROM has no command
    /// for it; the SPI controller's registers are set by hand.
    /// </summary>
    public uint ReadFlashId(EspChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        const uint readId = 0x9F, commandPhase = 1u << 31, misoPhase = 1u << 28, start = 1u << 18;
        SpiRegisters spi = chip.Spi;
        uint user = ReadRegister(spi.Base + spi.User), user2 = ReadRegister(spi.Base + spi.User2);
        WriteRegister(spi.Base + spi.MisoLength, 24 - 1);
        WriteRegister(spi.Base + spi.User, commandPhase | misoPhase);
        WriteRegister(spi.Base + spi.User2, (7u << 28) | readId);
        WriteRegister(spi.Base + spi.Word0, 0);
        WriteRegister(spi.Base, start);
        for (int look = 0; (ReadRegister(spi.Base) & start) != 0; look++)
            if (look == 10) throw new RomSilentException(RomOp.ReadReg, Usual);
        uint id = ReadRegister(spi.Base + spi.Word0) & 0xFFFFFF;
        WriteRegister(spi.Base + spi.User, user);
        WriteRegister(spi.Base + spi.User2, user2);
        return id;
    }

    /// <summary>Asks for another speed; the caller changes the line's own after the answer.</summary>
    public void ChangeBaud(int baud) => Link.Exchange(RomOp.ChangeBaudRate, Words((uint)baud, 0), Usual);

    /// <summary>MD5 of a piece of flash, computed by the chip, 32 lower-case hex digits.</summary>
    public string FlashMd5(uint address, uint length) => Repeat(() =>
        Encoding.ASCII.GetString(Link.Exchange(RomOp.SpiFlashMd5, Words(address, length, 0, 0), PerSize(length, Md5SecondsPerMiB), expected: 32).Data)).ToLowerInvariant();

    /// <summary>Erases what <paramref name="length"/> bytes from <paramref name="address"/> touch and expects <paramref name="compressed"/> bytes of zlib data for it.</summary>
    public void BeginCompressed(EspChip chip, uint address, uint length, int compressed)
    {
        uint rounded = (length + BlockBytes - 1) / BlockBytes * BlockBytes;
        Link.Exchange(RomOp.FlashDeflBegin, Begin(chip, rounded, (uint)((compressed + BlockBytes - 1) / BlockBytes), address), PerSize(rounded, EraseSecondsPerMiB));
    }

    /// <summary>One block of the compressed data. Not to be sent twice: the ROM would unpack it twice. A failure means to begin again.</summary>
    public void WriteCompressed(ReadOnlySpan<byte> block, uint sequence) =>
        Link.Exchange(RomOp.FlashDeflData, [.. Words((uint)block.Length, sequence, 0, 0), .. block], PerSize(BlockBytes * 64, EraseSecondsPerMiB), checksum: RomLink.Checksum(block));

    /// <summary>Erases a region, sectors of 4 KiB: a write that is begun and never filled.</summary>
    public void Erase(EspChip chip, uint address, uint length) =>
        Link.Exchange(RomOp.FlashBegin, Begin(chip, length, 0, address), PerSize(length, EraseSecondsPerMiB));

    /// <summary>Reads flash as the ROM can: 64 bytes a command, about 5 KiB a second at 115,200 baud.</summary>
    public byte[] Read(uint address, int length, Action<int>? progress, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += SlowReadBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int piece = Math.Min(SlowReadBytes, length - at);
            byte[] data = Repeat(() => Link.Exchange(RomOp.ReadFlashSlow, Words(address + (uint)at, (uint)piece), Usual, expected: SlowReadBytes).Data);
            data.AsSpan(0, piece).CopyTo(bytes.AsSpan(at));
            progress?.Invoke(at + piece);
        }

        return bytes;
    }

    /// <summary>Reads flash and has the chip prove it by its MD5; answers carry no checksum of their own.</summary>
    /// <exception cref="FlashFailedException">What was read is not what is there, three times over.</exception>
    public byte[] ReadProved(uint address, int length, Action<int>? progress, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            byte[] bytes = Read(address, length, progress, cancellationToken);
#pragma warning disable CA5351 // The only digest that the ROM computes; against errors of the wire, not against an attacker.
            if (FlashMd5(address, (uint)length) == Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(bytes))) return bytes;
#pragma warning restore CA5351
            if (attempt == Repeats) throw new FlashFailedException($"What is read from 0x{address:X} is not what is there: bytes are altered on the wire.");
        }
    }

    /// <summary>Leaves the loader and starts the program, for a line without control wires. The chip may be gone before it answers.</summary>
    public void StartProgram(EspChip chip)
    {
        try
        {
            Link.Exchange(RomOp.FlashBegin, Begin(chip, 0, 0, 0), Usual);
            Link.Exchange(RomOp.FlashEnd, Words(0), TimeSpan.FromMilliseconds(200));
        }
        catch (RomSilentException)
        {
            // It restarted before it answered: what was wanted.
        }
    }

    private static byte[] Begin(EspChip chip, uint size, uint blocks, uint address)
    {
        ArgumentNullException.ThrowIfNull(chip);
        return chip.HasEncryptedWord ? Words(size, blocks, BlockBytes, address, 0) : Words(size, blocks, BlockBytes, address);
    }

    private static TimeSpan PerSize(uint bytes, double secondsPerMiB) => TimeSpan.FromSeconds(Math.Max(3, bytes / 1048576.0 * secondsPerMiB));

    // For commands that can be asked twice without harm: a byte lost either way costs a second question, not the whole run.
    private T Repeat<T>(Func<T> ask)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return ask();
            }
            catch (Exception fault) when (attempt < Repeats && fault is RomSilentException or RomRefusedException { Error: 0x07 })
            {
                Link.Drain(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private static byte[] Words(params ReadOnlySpan<uint> words)
    {
        byte[] bytes = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        return bytes;
    }
}

/// <summary>A chip that this tool does not flash.</summary>
public sealed class UnknownChipException(string chip) : IOException($"This is an {chip}; the terminal's firmware is for {string.Join(", ", EspChip.All.Select(one => one.Name))}.");
