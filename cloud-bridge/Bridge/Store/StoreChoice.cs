using System.Text.Json;

namespace Devices.Bridge.Store;

/// <summary>
/// Which store a data directory belongs to, in <c>store.json</c>: subcommands find the database by the directory alone, and a start with
/// another setting does not begin an empty store beside the full one.
/// </summary>
public sealed record StoreChoice(string Store, string? ConnectionFile)
{
    private static string FileOf(string data) => Path.Combine(data, "store.json");

    /// <summary>Whether a bridge has ever served this directory.</summary>
    public static bool Known(BridgeOptions options) => File.Exists(options.DatabaseFile) || File.Exists(FileOf(options.Data));

    /// <summary>The options with which this directory was last served.</summary>
    /// <exception cref="BridgeStartException">The note cannot be read.</exception>
    public static BridgeOptions Recall(BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Read(options.Data) is { Store: "postgres" } choice
            ? options with { Store = choice.Store, Postgres = new() { ConnectionFile = choice.ConnectionFile ?? "" } } : options;
    }

    /// <exception cref="BridgeStartException">The directory belongs to the other kind of store.</exception>
    public static void Check(BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        StoreChoice? before = Read(options.Data);
        if (options.Store == "sqlite" && before?.Store == "postgres")
            throw new BridgeStartException($"{options.Data} was served with PostgreSQL: set Bridge:Store to postgres, or remove {FileOf(options.Data)} to begin with an empty SQLite store.");
        if (options.Store == "postgres" && File.Exists(options.DatabaseFile))
            throw new BridgeStartException($"{options.DatabaseFile} holds this bridge's punches, and Bridge:Store is postgres: carry them over with 'devices bridge backup' and 'restore', or move the file away to begin empty.");
    }

    /// <summary>Leaves the note, after the store was opened.</summary>
    public static void Remember(BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        StoreChoice now = new(options.Store, options.Store == "postgres" ? Path.GetFullPath(options.Postgres.ConnectionFile) : null);
        if (Read(options.Data) == now || (now.Store == "sqlite" && !File.Exists(FileOf(options.Data)))) return;
        // A node keeps little more than this note.
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(options.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.GetFullPath(FileOf(options.Data));
        // To the disk before it has its name: a note that a power cut emptied would refuse every start.
        using (FileStream beside = new(file + ".new", FileMode.Create, FileAccess.Write))
        {
            beside.Write(JsonSerializer.SerializeToUtf8Bytes(now));
            beside.Flush(flushToDisk: true);
        }
        File.Move(file + ".new", file, overwrite: true);
        _ = DirectorySync.TryFlush(Path.GetDirectoryName(file)!);
    }

    private static StoreChoice? Read(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<StoreChoice>(File.ReadAllText(FileOf(data)));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"{FileOf(data)} cannot be read: it says which store this bridge uses. Start the bridge with --Bridge:Store after removing it.", fault);
        }
    }
}
