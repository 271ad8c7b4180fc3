using System.Security.Cryptography;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery.Targets.CsvDrop;

/// <summary>
/// Makes the files. Each goes through planned → written → placed, and every step is on the disk before the next: the rows are decided in
/// the store; the bytes lie whole and synced under a temporary name; the store says so; one rename puts them in place; the store says so.
/// So after a crash a file is finished without ever being in place twice: while it is planned its name cannot be there, and once it is
/// written either the temporary name is there (not renamed) or it is not (renamed, and perhaps taken by the reader already).
/// </summary>
public sealed class CsvDropService(
    ICsvDropStore store, IPeopleStore people, IExceptionStore exceptions, CsvDropOptions options, BridgeOptions bridge, TimeProvider clock, ILogger<CsvDropService> log) : BackgroundService
{
    private const string Source = "csv-drop";
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
    private bool _failed;

    /// <summary>One look: finishes what was begun, then makes the files that are due. Returns how many were put in place.</summary>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        int placed = 0;
        foreach (CsvFileRow file in await store.UnplacedAsync(cancellationToken))
        {
            await FinishAsync(file, cancellationToken);
            placed++;
        }

        while (await DueAsync(cancellationToken) && await store.PlanAsync(options.RowsPerFile, CsvFile.Name, cancellationToken) is { } planned)
        {
            await FinishAsync(planned, cancellationToken);
            placed++;
        }

        if (_failed && placed > 0) await MendedAsync(cancellationToken);
        return placed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What an earlier run reported may be mended by now.
        _failed = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan rest = TimeSpan.FromSeconds(options.PollSeconds);
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await FailedAsync(fault.Message, stoppingToken);
                rest = TimeSpan.FromSeconds(Math.Max(options.PollSeconds, Math.Min(options.ConfigurationRetrySeconds, 30)));
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The CSV drop could not look at its punches; it tries again.");
                rest = TimeSpan.FromSeconds(Math.Max(options.PollSeconds, 5));
            }

            await Task.Delay(rest, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> DueAsync(CancellationToken cancellationToken)
    {
        CsvWaiting waiting = await store.WaitingAsync(cancellationToken);
        return waiting.Count >= options.RowsPerFile
            || (waiting.Oldest is { } oldest && clock.GetUtcNow().ToUnixTimeMilliseconds() - oldest >= options.PeriodMinutes * 60_000);
    }

    private async Task FinishAsync(CsvFileRow file, CancellationToken cancellationToken)
    {
        string final = Path.Combine(options.Directory, file.Name), beside = Path.Combine(options.Directory, $".{file.Name}.part");
        if (file.State == CsvFileState.Planned)
        {
            // The name is ours alone and cannot be there. If it is, somebody else's file would be overwritten, or one of another bridge.
            if (File.Exists(final)) throw new IOException($"{final} is there already and is not this bridge's: move it away. Does another bridge write into the same directory?");
            IReadOnlyList<StoredPunch> rows = await store.RowsAsync(file, cancellationToken);
            // Only what retention took away since can be missing, and only in a file that is dropped again.
            if (rows.Count != file.RowCount) log.LogWarning("{File} has {Rows} of its {Planned} punches: the others are not kept any more.", file.Name, rows.Count, file.RowCount);
            byte[] bytes = CsvFile.Bytes(rows, await PeopleAsync(cancellationToken), _zone, options);
            Write(beside, bytes);
            DirectorySync.Flush(options.Directory);
            await store.MarkAsync(file.Id, CsvFileState.Written, Convert.ToHexStringLower(SHA256.HashData(bytes)), CancellationToken.None);
            Place(beside, final);
        }
        else if (File.Exists(beside))
        {
            Place(beside, final);
        }
        else if (!File.Exists(final))
        {
            // Renamed and taken by the reader while the bridge was down: the usual case. That somebody swept the directory looks the same.
            await exceptions.RaiseAsync(
                new(Source, "reason.csv_taken", file.Name) { Cause = $"{Source}|taken|{file.Name}" }, CancellationToken.None);
        }

        await store.MarkAsync(file.Id, CsvFileState.Placed, null, CancellationToken.None);
        log.LogInformation("{File} with {Rows} punches is in place.", file.Name, file.RowCount);
    }

    private void Place(string beside, string final)
    {
        if (File.Exists(final)) throw new IOException($"{final} is there already and is not this bridge's: move it away.");
        // rename(2), not link and unlink: at no moment are there both names or neither.
        File.Move(beside, final, overwrite: true);
        DirectorySync.Flush(options.Directory);
    }

    private static void Write(string file, byte[] bytes)
    {
        using FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.None);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    private async Task<Dictionary<string, Person>> PeopleAsync(CancellationToken cancellationToken) =>
        options.Names ? (await people.PeopleAsync(SiteScope.All, includeLeft: true, cancellationToken)).ToDictionary(p => p.UserId, StringComparer.Ordinal) : [];

    private async Task FailedAsync(string why, CancellationToken cancellationToken)
    {
        log.LogError("The CSV drop cannot write: {Why} Its punches wait.", why);
        _failed = true;
        await exceptions.RaiseAsync(new(Source, "reason.csv_directory", why) { Cause = $"{Source}|directory" }, cancellationToken);
    }

    private async Task MendedAsync(CancellationToken cancellationToken)
    {
        await exceptions.ResolveAllAsync(Source, "reason.csv_directory", null, "bridge", cancellationToken);
        _failed = false;
    }
}
