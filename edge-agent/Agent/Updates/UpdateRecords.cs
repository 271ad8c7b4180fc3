using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Devices.Edge.Agent.Updates;

/// <summary>What lies in a slot: which package of the signed targets beside it.</summary>
public sealed record SlotRecord(string Path, string Sha256);

/// <summary>A package on trial.</summary>
/// <param name="Tries">Starts so far.</param>
/// <param name="Whole">Whether the terminal worked wholly before, so that less than that now is a failure.</param>
public sealed record TrialRecord(string Name, string Version, int Tries, bool Whole);

/// <summary>A version that did not prove itself and is not tried again by itself.</summary>
/// <param name="Code">One of <c>UpdateCodes</c>.</param>
public sealed record BadVersion(string Name, string Version, string Code, string Text, int Times);

/// <summary>Starts of a confirmed slot that did not last.</summary>
public sealed record StartsRecord(int Count);

/// <summary>The highest counter that was confirmed, by kind and name: nothing below it is taken any more.</summary>
public sealed record CountersRecord(Dictionary<string, long> Counters);

/// <summary>The newest format to which any version that ran here may have brought the state directory.</summary>
public sealed record FloorRecord(long Format);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SlotRecord))]
[JsonSerializable(typeof(TrialRecord))]
[JsonSerializable(typeof(List<BadVersion>))]
[JsonSerializable(typeof(StartsRecord))]
[JsonSerializable(typeof(CountersRecord))]
[JsonSerializable(typeof(FloorRecord))]
internal sealed partial class UpdateJson : JsonSerializerContext;

/// <summary>Small files that are whole or not there, and reads that never throw: a damaged one counts as missing.</summary>
internal static class DiskFiles
{
    private const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>A folder with all above it, durable.</summary>
    public static void Ensure(this IUpdateDisk disk, string path)
    {
        if (disk.FolderExists(path)) return;
        string above = System.IO.Path.GetDirectoryName(path)!;
        disk.Ensure(above);
        disk.CreateFolder(path);
        disk.SyncFolder(above);
    }

    public static void Write(this IUpdateDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        string fresh = path + ".new";
        disk.Delete(fresh);
        using (IUpdateFile file = disk.Append(fresh))
        {
            file.Write(bytes);
            file.Sync();
        }

        disk.Rename(fresh, path);
        disk.SyncFolder(System.IO.Path.GetDirectoryName(path)!);
    }

    public static void Write<T>(this IUpdateDisk disk, string path, T record, JsonTypeInfo<T> type) => disk.Write(path, JsonSerializer.SerializeToUtf8Bytes(record, type));

    public static byte[]? Read(this IUpdateDisk disk, string path)
    {
        try
        {
            if (!disk.FileExists(path)) return null;
            using Stream stream = disk.OpenRead(path);
            if (stream.Length > MaxBytes) return null;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static T? Read<T>(this IUpdateDisk disk, string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return disk.Read(path) is { } bytes ? JsonSerializer.Deserialize(bytes, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
