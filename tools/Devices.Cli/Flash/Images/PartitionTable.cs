using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Cli.Flash.Images;

/// <summary>One region of flash. <paramref name="Type"/> 0 is a program, 1 is data.</summary>
public sealed record Partition(string Label, byte Type, byte Subtype, uint Address, uint Length)
{
    /// <summary>nanoFramework's deployment area has a subtype of its own; older tables only its label.</summary>
    public bool IsDeployment => Type == 1 && (Subtype == 0x84 || Label == "deploy");

    public uint End => Address + Length;
}

/// <summary>The table at 0x8000: entries of 32 bytes, a row with the MD5 of all before it, then FF (Espressif, "Partition Tables").</summary>
public sealed class PartitionTable
{
    public const uint Address = 0x8000;

    /// <summary>Most bytes that a table has: 95 entries and the MD5 row.</summary>
    public const int MaxBytes = 0xC00;

    private const int EntryBytes = 32;

    private PartitionTable(List<Partition> partitions) => Partitions = partitions;

    public IReadOnlyList<Partition> Partitions { get; }

    /// <summary>Whether the region holds nothing at all: erased flash.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0xFF) < 0;

    /// <exception cref="ImageRefusedException">It is no table, damaged, or contradicts itself.</exception>
    public static PartitionTable Parse(ReadOnlySpan<byte> bytes, string name)
    {
        List<Partition> found = [];
        for (int at = 0; ; at += EntryBytes)
        {
            if (bytes.Length - at < EntryBytes)
            {
                if (at >= MaxBytes || (found.Count > 0 && bytes.Length == at)) break;
                throw new ImageRefusedException($"{name} is not a partition table: it ends without an end.");
            }

            ReadOnlySpan<byte> entry = bytes.Slice(at, EntryBytes);
            if (IsBlank(entry)) break;
            ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(entry);
            if (magic == 0xEBEB)
            {
                if (!MD5Of(bytes[..at]).AsSpan().SequenceEqual(entry[16..])) throw new ImageRefusedException($"{name} is damaged: its MD5 does not fit its entries.");
                continue;
            }

            if (magic != 0x50AA) throw new ImageRefusedException($"{name} is not a partition table: entry {at / EntryBytes + 1} begins with 0x{magic:X4}.");
            found.Add(new(Encoding.ASCII.GetString(entry.Slice(12, 16)).TrimEnd('\0'), entry[2], entry[3],
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])));
        }

        if (found.Count == 0) throw new ImageRefusedException($"{name} holds no partition.");
        found.Sort((a, b) => a.Address.CompareTo(b.Address));
        for (int i = 0; i < found.Count; i++)
        {
            Partition one = found[i];
            if (one.Length == 0 || one.Address % 0x1000 != 0 || one.End < one.Address) throw new ImageRefusedException($"{name}: partition '{one.Label}' at 0x{one.Address:X} with 0x{one.Length:X} bytes cannot be.");
            if (i > 0 && found[i - 1].End > one.Address) throw new ImageRefusedException($"{name}: partitions '{found[i - 1].Label}' and '{one.Label}' overlap.");
        }

        return new(found);
    }

    /// <summary>Refuses a table for more flash than there is.</summary>
    public void Fits(uint flashBytes, string name)
    {
        if (Partitions.FirstOrDefault(one => one.End > flashBytes) is { } over)
            throw new ImageRefusedException($"{name}: partition '{over.Label}' ends at 0x{over.End:X}, beyond this board's {flashBytes >> 20} MiB of flash.");
    }

#pragma warning disable CA5351 // The format's own checksum, against damage; not a defence.
    private static byte[] MD5Of(ReadOnlySpan<byte> bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351
}
