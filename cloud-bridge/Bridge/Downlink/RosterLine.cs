using Devices.Bridge.Store;

namespace Devices.Bridge.Downlink;

/// <summary>
/// Which count of roster revisions this is. A store that was restored from a backup counts on from an older number, and the numbers that
/// terminals hold would then mean something else: it gets a new line, and every terminal the whole roster.
/// </summary>
public sealed class RosterLine(ISettingStore settings, IAuditStore audit, ILogger<RosterLine> log) : IDisposable
{
    private const string Key = "downlink.roster.line";
    private readonly SemaphoreSlim _one = new(1, 1);
    private Guid? _current;

    /// <summary>The line as last read.</summary>
    /// <exception cref="InvalidOperationException"><see cref="OpenAsync"/> has not run.</exception>
    public Guid Current => _current ?? throw new InvalidOperationException("The roster's line is read at start.");

    /// <summary>Reads it, or makes the first one.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Guid.TryParse(await settings.GetSettingAsync(Key, cancellationToken), out Guid line)) _current = line;
        else await WriteAsync(cancellationToken);
    }

    /// <summary>Begins a new line.</summary>
    public async Task RenewAsync(string why, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
            log.LogWarning("Every terminal gets the whole roster anew: {Why}.", why);
            await audit.AuditAsync("bridge", "downlink.line", _current.ToString(), why, null, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        Guid line = Guid.NewGuid();
        await settings.SetSettingAsync(Key, line.ToString("D"), cancellationToken);
        _current = line;
    }
}
