using System.Runtime.CompilerServices;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;

namespace Devices.Bridge.Exports;

/// <summary>
/// Makes exports in the background, one after another. A file is written beside its place and renamed when it is whole; what a stop cut off
/// is made again at the next start. Files are removed when their time is over.
/// </summary>
public sealed class ExportWorker(
    IExportStore store, IEnumerable<IExportSource> sources, IExportOwners owners, IAuditStore audit, BridgeOptions bridge, ExportOptions options, TimeProvider clock, ILogger<ExportWorker> log)
    : BackgroundService
{
    private const int MostAttempts = 3;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Dictionary<string, IExportSource> _sources = sources.ToDictionary(s => s.Kind, StringComparer.Ordinal);

    /// <summary>Where files lie.</summary>
    public string Folder { get; } = Path.Combine(Path.GetFullPath(bridge.Data), "exports");

    /// <summary>Something was put into the queue.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else did.
            }
        }
    }

    /// <summary>The path of a finished export's file; null where it is not there any more.</summary>
    public string? PathOf(ExportRow export)
    {
        ArgumentNullException.ThrowIfNull(export);
        return export is { State: ExportState.Done, File: { } file } && File.Exists(Path.Combine(Folder, file)) ? Path.Combine(Folder, file) : null;
    }

    /// <summary>Cancels or removes an export and its file.</summary>
    public async Task RemoveAsync(long id, CancellationToken cancellationToken)
    {
        if (await store.RemoveAsync(id, cancellationToken) is { } file) Delete(file);
    }

    /// <summary>Makes the next one; false where none waits.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (await store.TakeAsync(cancellationToken) is not { } export) return false;
        string? problem = null;
        try
        {
            await MakeAsync(export, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // It is found running at the next start, and made again.
        }
        catch (ExportRefusedException refused)
        {
            problem = refused.Key;
        }
        catch (IOException fault) when (IsFull(fault))
        {
            problem = "exports.disk_full";
        }
        catch (Exception fault) when (fault is not OperationCanceledException) // one export must not stop those behind it
        {
            log.LogError(fault, "Export {Export} could not be made.", export.Id);
            problem = "exports.failed";
        }

        if (problem is not null) await store.FailAsync(export.Id, problem, cancellationToken);
        Delete(Part(export.Id));
        return true;
    }

    /// <summary>Removes files whose time is over or that belong to nothing.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        foreach (string file in await store.ExpireAsync(cancellationToken)) Delete(file);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await BeginAsync(stoppingToken);
            while (true)
            {
                try
                {
                    while (await StepAsync(stoppingToken)) await Task.Yield();
                    await TidyAsync(stoppingToken);
                }
                catch (Exception fault) when (fault is not OperationCanceledException) // the store is away for a moment
                {
                    log.LogWarning("Exports wait: {Fault}", fault.Message);
                }

                await _wake.WaitAsync(Every, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        PrivateFiles.MakeDirectory(Folder);
        await store.RecoverAsync(MostAttempts, "exports.stopped_often", cancellationToken);
        IReadOnlySet<string> known = await store.FilesAsync(cancellationToken);
        foreach (string left in Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)!).Where(f => !known.Contains(f)).ToList()) Delete(left);
    }

    private async Task MakeAsync(ExportRow export, CancellationToken cancellationToken)
    {
        if (await owners.ScopeAsync(export.Owner, cancellationToken) is not { } scope) throw new ExportRefusedException("exports.no_right");
        if (!_sources.TryGetValue(export.Kind, out IExportSource? source)) throw new ExportRefusedException("exports.failed");
        ExportLayout layout = ExportLayout.FromJson(export.Layout);
        ITableWriter writer = export.Format == "xlsx" ? new XlsxTable(layout) : new CsvTable(layout);
        ExportTable table = await source.OpenAsync(scope, export.Filters, layout, cancellationToken);
        string part = Path.Combine(Folder, Part(export.Id)), name = $"{export.Id}.{writer.Extension}";
        CheckRoom();
        long told = clock.GetTimestamp(), rows;
        await using (FileStream file = PrivateFiles.Create(part))
        {
            rows = await writer.WriteAsync(table with { Rows = Limited(table.Rows, cancellationToken) }, file, ProgressAsync, cancellationToken);
            await file.FlushAsync(cancellationToken);
            if (file.Length > options.MostMiB * 1_048_576L) throw new ExportRefusedException("exports.too_large");

            async Task ProgressAsync(long done, CancellationToken stop)
            {
                if (file.Position > options.MostMiB * 1_048_576L) throw new ExportRefusedException("exports.too_large");
                if (clock.GetElapsedTime(told) < Tell) return;
                told = clock.GetTimestamp();
                CheckRoom();
                if (!await store.ProgressAsync(export.Id, done, stop)) throw new ExportRefusedException("exports.cancelled");
            }
        }

        File.Move(part, Path.Combine(Folder, name), overwrite: true);
        long expires = clock.GetUtcNow().AddHours(options.KeepHours).ToUnixTimeMilliseconds();
        if (!await store.FinishAsync(export.Id, rows, name, new FileInfo(Path.Combine(Folder, name)).Length, expires, cancellationToken)) Delete(name);
        await audit.AuditAsync(export.Owner, "export.made", FormattableString.Invariant($"export {export.Id}"), FormattableString.Invariant($"{export.Kind}.{export.Format}?{export.Filters}, {rows} rows, {scope}"), null, cancellationToken);
    }

    private async IAsyncEnumerable<object?[]> Limited(IAsyncEnumerable<object?[]> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long count = 0;
        await foreach (object?[] row in rows.WithCancellation(cancellationToken))
        {
            if (++count > options.MostRows) throw new ExportRefusedException("exports.too_many_rows");
            yield return row;
        }
    }

    // Exports give way to punches: a disk that they filled would stop ingest.
    private void CheckRoom()
    {
        if (new DriveInfo(Folder).AvailableFreeSpace < options.LeaveFreeMiB * 1_048_576L) throw new ExportRefusedException("exports.disk_full");
    }

    private static string Part(long id) => FormattableString.Invariant($"{id}.part");

    // ENOSPC, EDQUOT and their Windows relatives.
    private static bool IsFull(IOException fault) => (fault.HResult & 0xFFFF) is 28 or 122 or 112 or 39;

    private void Delete(string file)
    {
        try
        {
            File.Delete(Path.Combine(Folder, file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("{File} could not be removed: {Fault}", file, fault.Message);
        }
    }
}
