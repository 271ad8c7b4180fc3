using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Cli.Tests.Flash;

/// <summary>Makes images and tables byte by byte from their published formats, without the product's own code.</summary>
internal static class Images
{
    /// <summary>A program image with one segment of <paramref name="length"/> seeded bytes.</summary>
    public static byte[] Program(int chipId, int length, int flashMiB = 4, int seed = 1)
    {
        byte[] segment = Random(length, seed);
        List<byte> image =
        [
            0xE9, 1, 2, (byte)(int.Log2(flashMiB) << 4), .. BitConverter.GetBytes(0x40080000), 0xEE, 0, 0, 0, (byte)chipId, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
            .. BitConverter.GetBytes(0x3F400020), .. BitConverter.GetBytes(length), .. segment,
        ];
        while (image.Count % 16 != 15) image.Add(0);
        byte sum = 0xEF;
        foreach (byte one in segment) sum ^= one;
        image.Add(sum);
        image.AddRange(SHA256.HashData([.. image]));
        return [.. image];
    }

    /// <summary>nanoFramework's table for a 4 MiB board.</summary>
    public static byte[] Table() => Table(
        ("nvs", 1, 0x02, 0x9000, 0x6000), ("phy_init", 1, 0x01, 0xF000, 0x1000), ("factory", 0, 0x00, 0x10000, 0x1A0000),
        ("deploy", 1, 0x84, 0x1B0000, 0x1F0000), ("config", 1, 0x83, 0x3C0000, 0x40000));

    public static byte[] Table(params (string Label, byte Type, byte Subtype, int Address, int Length)[] rows)
    {
        List<byte> table = [];
        foreach ((string label, byte type, byte subtype, int address, int length) in rows)
        {
            byte[] name = new byte[16];
            Encoding.ASCII.GetBytes(label, name);
            table.AddRange([0xAA, 0x50, type, subtype, .. BitConverter.GetBytes(address), .. BitConverter.GetBytes(length), .. name, 0, 0, 0, 0]);
        }

#pragma warning disable CA5351 // The format's own checksum.
        byte[] sum = MD5.HashData([.. table]);
#pragma warning restore CA5351
        table.AddRange([0xEB, 0xEB, .. Enumerable.Repeat((byte)0xFF, 14), .. sum]);
        while (table.Count < 0xC00) table.Add(0xFF);
        return [.. table];
    }

    /// <summary>Bytes that compress to about half, as programs do.</summary>
    public static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        System.Random random = new(seed);
        for (int i = 0; i < length; i += 2) bytes[i] = (byte)random.Next(256);
        return bytes;
    }

    /// <summary>A runtime folder for a chip, as nanoFramework's archives hold it.</summary>
    public static string Runtime(string folder, int chipId, bool zip = false)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "bootloader.bin"), Program(chipId, 9_000, seed: 2));
        File.WriteAllBytes(Path.Combine(folder, "partitions_4mb.bin"), Table());
        File.WriteAllBytes(Path.Combine(folder, "nanoCLR.bin"), Program(chipId, 150_000, seed: 3));
        if (!zip) return folder;
        ZipFile.CreateFromDirectory(folder, folder + ".zip");
        return folder + ".zip";
    }
}
