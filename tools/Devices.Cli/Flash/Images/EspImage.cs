using System.Buffers.Binary;
using System.Security.Cryptography;
using Devices.Cli.Flash.Rom;

namespace Devices.Cli.Flash.Images;

/// <summary>
/// A program image that the chip's loaders start: header E9, segments, checksum, and usually a SHA-256 of all before it (Espressif,
/// "Firmware Image Format").
/// </summary>
/// <param name="ChipId">For which chip, from the extended header.</param>
/// <param name="FlashBytes">The flash size that the header says.</param>
/// <param name="Length">How long the image is, its hash included; a file may be longer (padding).</param>
public sealed record EspImage(ushort ChipId, uint FlashBytes, int Length)
{
    private const byte Magic = 0xE9, ChecksumSeed = 0xEF;
    private const int Header = 24, SegmentHeader = 8, HashBytes = 32, MostSegments = 16;

    /// <summary>Whether a file claims to be one.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Magic;

    /// <summary>Reads and checks an image.</summary>
    /// <param name="name">For the sentence.</param>
    /// <exception cref="ImageRefusedException">It is cut short, damaged, or no image.</exception>
    public static EspImage Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (!Looks(bytes)) throw new ImageRefusedException($"{name} is not a program image: it begins with {(bytes.Length == 0 ? "nothing" : $"0x{bytes[0]:X2}")}, not 0xE9.");
        if (bytes.Length < Header) throw Short(name);
        int segments = bytes[1];
        if (segments is 0 or > MostSegments) throw new ImageRefusedException($"{name} is damaged: its header tells {segments} segments.");
        ushort chip = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]);
        bool hashed = bytes[23] == 1;
        uint flash = (bytes[3] >> 4) is var size and <= 7 ? 1u << (20 + size) : throw new ImageRefusedException($"{name} is damaged: its header tells an unknown flash size.");
        int at = Header;
        byte sum = ChecksumSeed;
        for (int i = 0; i < segments; i++)
        {
            if (bytes.Length - at < SegmentHeader) throw Short(name);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            at += SegmentHeader;
            if (length > bytes.Length - at) throw Short(name);
            foreach (byte one in bytes.Slice(at, (int)length)) sum ^= one;
            at += (int)length;
        }

        // Zeros so that with the checksum the length is a multiple of 16.
        at = (at / 16 * 16) + 15;
        if (bytes.Length <= at) throw Short(name);
        if (bytes[at] != sum) throw new ImageRefusedException($"{name} is damaged: its checksum is 0x{bytes[at]:X2}, its contents give 0x{sum:X2}.");
        at++;
        if (!hashed) return new(chip, flash, at);
        if (bytes.Length - at < HashBytes) throw Short(name);
        if (!SHA256.HashData(bytes[..at]).AsSpan().SequenceEqual(bytes.Slice(at, HashBytes))) throw new ImageRefusedException($"{name} is damaged: its SHA-256 does not fit its contents.");
        return new(chip, flash, at + HashBytes);
    }

    /// <summary>Refuses an image of another chip or for more flash than there is.</summary>
    public void Fits(EspChip chip, uint flashBytes, string name)
    {
        ArgumentNullException.ThrowIfNull(chip);
        if (ChipId != chip.Id) throw new ImageRefusedException($"{name} is for an {EspChip.NameOf(ChipId)}; this board has an {chip.Name}.");
        if (FlashBytes > flashBytes) throw new ImageRefusedException($"{name} is for {FlashBytes >> 20} MiB of flash; this board has {flashBytes >> 20} MiB.");
    }

    private static ImageRefusedException Short(string name) => new($"{name} is cut short: it ends before its own header says.");
}
