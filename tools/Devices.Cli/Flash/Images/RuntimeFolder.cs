using System.Globalization;
using System.IO.Compression;
using Devices.Cli.Flash.Rom;

namespace Devices.Cli.Flash.Images;

/// <summary>
/// nanoFramework's runtime for one target, as its release archives hold it (folder or .zip): <c>bootloader.bin</c>,
/// <c>partitions_4mb.bin</c> … <c>partitions_32mb.bin</c>, <c>nanoCLR.bin</c>. Which table is taken is decided by the flash that is there.
/// </summary>
public static class RuntimeFolder
{
    private const uint ClrAddress = 0x10000;
    private const long LargestFile = 32 << 20;

    /// <exception cref="ImageRefusedException">A file is missing, or no table is made for this much flash.</exception>
    public static List<FlashPart> Read(string path, EspChip chip, uint flashBytes)
    {
        ArgumentNullException.ThrowIfNull(chip);
        Func<string, byte[]?> find = File.Exists(path) ? name => FromArchive(path, name) : name => FromFolder(path, name);
        if (!File.Exists(path) && !Directory.Exists(path)) throw new ImageRefusedException($"There is no runtime '{path}': give the folder or .zip of a nanoFramework target.");
        string table = string.Create(CultureInfo.InvariantCulture, $"partitions_{flashBytes >> 20}mb.bin");
        return
        [
            Part(path, "bootloader.bin", chip.BootloaderAddress, find),
            Part(path, table, PartitionTable.Address, find),
            Part(path, "nanoCLR.bin", ClrAddress, find),
        ];
    }

    private static FlashPart Part(string path, string name, uint address, Func<string, byte[]?> find) =>
        new(name, address, find(name) ?? throw new ImageRefusedException($"The runtime '{path}' has no {name}."));

    private static byte[]? FromFolder(string folder, string name)
    {
        string? file = Directory.EnumerateFiles(folder, "*.bin", SearchOption.AllDirectories)
            .FirstOrDefault(one => string.Equals(Path.GetFileName(one), name, StringComparison.OrdinalIgnoreCase));
        return file is null ? null : File.ReadAllBytes(file);
    }

    private static byte[]? FromArchive(string path, string name)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            ZipArchiveEntry? entry = archive.Entries.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
            if (entry is null) return null;
            if (entry.Length > LargestFile) throw new ImageRefusedException($"{name} in '{path}' is larger than any flash.");
            using Stream stream = entry.Open();
            byte[] bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new ImageRefusedException($"'{path}' is not a .zip archive, or is damaged.");
        }
    }
}
