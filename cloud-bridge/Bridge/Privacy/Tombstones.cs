using System.Text;
using System.Text.Json;
using Devices.Bridge.Store;

namespace Devices.Bridge.Privacy;

/// <summary>
/// The erased people's userids in a file beside the store, because the store is what a restore puts back: a backup that is older than an
/// erasure still has the name. Each erasure is on the disk here before it is said to be done, and each start erases again whoever is in
/// the file and not in the store's own list.
/// </summary>
public sealed class Tombstones(PrivacyOptions options, BridgeOptions bridge, IPrivacyStore store, Photos.PhotoRemoval photos, ILogger<Tombstones> log) : IHostedService, IDisposable
{
    private const int LongestLine = 4096;
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Where it lies.</summary>
    public string File { get; } = options.TombstoneFile.Length > 0 ? Path.GetFullPath(options.TombstoneFile) : Path.Combine(Path.GetFullPath(bridge.Data), "erased.jsonl");

    /// <summary>Puts a person into it, durably. The same again adds nothing.</summary>
    public async Task AddAsync(string person, long at, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Read().Any(one => one.Person == person)) return;
            FileStreamOptions how = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
            if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using FileStream file = new(File, how);
            // A line that a power cut left unfinished must not swallow this one.
            if (file.Seek(0, SeekOrigin.End) > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n') file.WriteByte((byte)'\n');
            }
            await file.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { person, erased_at = at }) + "\n"), cancellationToken);
            file.Flush(flushToDisk: true);
            // Before the first one there was no such name.
            _ = DirectorySync.TryFlush(Path.GetDirectoryName(File)!);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Everybody in it. A line that was cut off by a crash is nobody's: its erasure was not said to be done.</summary>
    public IReadOnlyList<(string Person, long At)> Read()
    {
        if (!System.IO.File.Exists(File)) return [];
        List<(string, long)> all = [];
        foreach (string line in System.IO.File.ReadLines(File).Where(l => l.Length is > 0 and < LongestLine))
        {
            try
            {
                JsonElement one = JsonDocument.Parse(line).RootElement;
                all.Add((one.GetProperty("person").GetString()!, one.GetProperty("erased_at").GetInt64()));
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                log.LogWarning("A line of {File} is no erasure and was left out.", File);
            }
        }

        return all;
    }

    /// <summary>Erases again whoever came back with a restored store. Before anything listens: nobody is shown or sent anywhere first.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        int again = 0;
        foreach ((string person, long at) in Read())
        {
            if (await store.FindErasedAsync(person, cancellationToken) is not null) continue;
            await store.EraseAsync(person, "bridge", "erased before; the store was restored from an older backup", at, force: true, cancellationToken);
            await photos.OfPersonAsync(person, "bridge", cancellationToken);
            again++;
        }

        if (again > 0) log.LogWarning("{Count} people who had been erased came back with a restored store and were erased again.", again);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
