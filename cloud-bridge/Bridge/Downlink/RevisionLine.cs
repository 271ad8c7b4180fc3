using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Downlink;

/// <summary>
/// Which count of revisions this is. A store that was restored from a backup counts on from an older number, and the numbers that
/// terminals hold would then mean something else: it gets a new line, and every terminal everything anew.
/// </summary>
public abstract class RevisionLine(string key, string what, ISettingStore settings, IAuditStore audit, ILogger log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private Guid? _current;

    /// <summary>The line as last read.</summary>
    /// <exception cref="InvalidOperationException"><see cref="OpenAsync"/> has not run.</exception>
    public Guid Current => _current ?? throw new InvalidOperationException("The line of revisions is read at start.");

    /// <summary>Reads it, or makes the first one.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Guid.TryParse(await settings.GetSettingAsync(key, cancellationToken), out Guid line)) _current = line;
        else await WriteAsync(cancellationToken);
    }

    /// <summary>Begins a new line in place of <paramref name="old"/>; nothing where that was done already.</summary>
    public async Task RenewAsync(Guid old, string why, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Another node may have begun the new line already.
            await OpenAsync(cancellationToken);
            if (_current != old) return;
            await WriteAsync(cancellationToken);
            log.LogWarning("Every terminal gets {What} anew: {Why}.", what, why);
            await audit.AuditAsync("bridge", "downlink.line", what, why, null, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _one.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        Guid line = Guid.NewGuid();
        await settings.SetSettingAsync(key, line.ToString("D"), cancellationToken);
        _current = line;
    }
}

/// <summary>The roster's line.</summary>
public sealed class RosterLine(ISettingStore settings, IAuditStore audit, ILogger<RosterLine> log)
    : RevisionLine("downlink.roster.line", "the whole roster", settings, audit, log);

/// <summary>The line of the sites' sealed records; each site has its own, made of this one.</summary>
public sealed class RelayLine(ISettingStore settings, IAuditStore audit, ILogger<RelayLine> log)
    : RevisionLine("downlink.relay.line", "the site's sealed records", settings, audit, log)
{
    /// <summary>The line of the site with that salt (<see cref="SiteExchange.Salt"/>): a terminal that comes from another site begins at 0.</summary>
    public Guid Of(string salt) => string.IsNullOrEmpty(salt) ? Current : new(SHA256.HashData([.. Current.ToByteArray(), .. Encoding.UTF8.GetBytes(salt)]).AsSpan(0, 16));
}
