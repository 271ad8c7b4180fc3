using System.Globalization;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>
/// Looks at certificates: ends connections whose certificate has expired or been revoked meanwhile, also by a command line beside the running bridge;
/// notes that a renewed one is in use; and tells operators of those that run out although terminals renew by themselves.
/// </summary>
public sealed class CertificateSweep(
    TerminalGate gate, CertificateAuthority authority, IFleetStore fleet, IExceptionStore exceptions, BridgeOptions options, ITerminalConnections connections, TimeProvider time, ILogger<CertificateSweep> log)
    : PeriodicService(Every, Every, "The check of terminals' certificates failed and is tried again.", LogLevel.Warning, time, log)
{
    private const string Source = "certificates";
    private const string Overdue = "certificate-overdue";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan All = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Told = TimeSpan.FromMinutes(10);
    private const int Together = 128;
    // A command line on another machine may have another clock.
    private const long Recently = 120_000;
    private readonly TimeProvider _time = time;
    private long? _sweptAt;
    private long? _toldAt;

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        if (authority.Reload() is { } changed) Log.LogWarning("{Changed}", changed);
        if (Passed(ref _sweptAt, All)) await SweepAsync(cancellationToken);
        else await SweepRevokedAsync(cancellationToken);
        if (options.Keeps && Passed(ref _toldAt, Told)) await TellOverdueAsync(cancellationToken);
        return null;
    }

    public async Task SweepAsync(CancellationToken cancellationToken = default)
    {
        List<string> used = [];
        foreach (TerminalSession session in connections.Sessions())
        {
            CertificateRecord? record = await fleet.FindCertificateAsync(session.Thumbprint, cancellationToken);
            if (gate.Judge(session.Terminal, record) is { } fault) await connections.DisconnectAsync(session.Terminal, fault);
            // Not before it has said which ledger it writes: then it has had an answer under this certificate.
            else if (record!.UsedAt is null && session.Ledger is not null) used.Add(session.Thumbprint);
        }

        // Many in one commit: after a fleet's first morning there are thousands, which one by one would hold the disk for a minute.
        long overlap = (long)TimeSpan.FromDays(options.Ca.OverlapDays).TotalMilliseconds;
        foreach (string[] some in used.Chunk(Together)) await Task.WhenAll(some.Select(one => fleet.MarkUsedAsync(one, overlap, cancellationToken)));
    }

    // The cheap question in between, so that whoever is revoked by a command line is gone within a second.
    private async Task SweepRevokedAsync(CancellationToken cancellationToken)
    {
        if (connections.Count == 0) return;
        HashSet<string> revoked = [.. await fleet.RevokedSinceAsync(_time.GetUtcNow().ToUnixTimeMilliseconds() - Recently, cancellationToken)];
        if (revoked.Count == 0) return;
        foreach (TerminalSession session in connections.Sessions())
            if (revoked.Contains(session.Thumbprint) && await gate.JudgeAsync(session.Terminal, session.Thumbprint, cancellationToken) is { } fault)
                await connections.DisconnectAsync(session.Terminal, fault);
    }

    private bool Passed(ref long? at, TimeSpan rest)
    {
        if (at is { } last && _time.GetElapsedTime(last) < rest) return false;
        at = _time.GetTimestamp();
        return true;
    }

    /// <summary>Reports terminals whose newest certificate is past five sixths of its life: they should have renewed it half of that third ago.</summary>
    public async Task TellOverdueAsync(CancellationToken cancellationToken = default)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        HashSet<string> overdue = new(StringComparer.Ordinal);
        foreach (IGrouping<string, LiveCertificate> one in (await fleet.LiveCertificatesAsync(cancellationToken)).GroupBy(c => c.Terminal, StringComparer.Ordinal))
        {
            LiveCertificate newest = one.MaxBy(c => c.NotAfter)!;
            if (now < newest.NotBefore + (newest.NotAfter - newest.NotBefore) * 5 / 6) continue;
            overdue.Add(one.Key);
            DateTimeOffset end = DateTimeOffset.FromUnixTimeMilliseconds(newest.NotAfter), last = end.AddDays(options.Ca.GraceDays);
            string text = now < newest.NotAfter
                ? string.Create(CultureInfo.InvariantCulture, $"The certificate of {one.Key} runs out on {end:yyyy-MM-dd HH:mm} UTC and was not renewed: see that the terminal is on and reaches the bridge's port {options.Https.Port}.")
                : string.Create(CultureInfo.InvariantCulture, $"The certificate of {one.Key} ran out on {end:yyyy-MM-dd HH:mm} UTC: its punches stay on it. {(now < last.ToUnixTimeMilliseconds() ? $"It can renew it by itself until {last:yyyy-MM-dd}; see that it is on and reaches the bridge's port {options.Https.Port}" : "Enrol it again with a claim made for its name, with the same state folder")}.");
            await exceptions.RaiseAsync(new(Source, Overdue, text) { Terminal = one.Key }, cancellationToken);
        }

        foreach (ExceptionRow open in await exceptions.OpenAsync(SiteScope.All, [(Source, Overdue)], null, 1000, cancellationToken))
            if (open.Terminal is { } terminal && !overdue.Contains(terminal)) await exceptions.ResolveAllAsync(Source, Overdue, terminal, "renewed, or revoked", cancellationToken);
    }
}
