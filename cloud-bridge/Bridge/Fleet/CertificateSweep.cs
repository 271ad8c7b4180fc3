using Devices.Bridge.Ingest;

namespace Devices.Bridge.Fleet;

/// <summary>Ends connections whose certificate has expired or been revoked meanwhile, also by a command line beside the running bridge.</summary>
public sealed class CertificateSweep(TerminalGate gate, ITerminalConnections connections, TimeProvider time, ILogger<CertificateSweep> log)
    : PeriodicService(Every, Every, "The check of connected terminals' certificates failed and is tried again.", LogLevel.Warning, time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken);
        return null;
    }

    public async Task SweepAsync(CancellationToken cancellationToken = default)
    {
        foreach (TerminalSession session in connections.Sessions())
            if (await gate.JudgeAsync(session.Terminal, session.Thumbprint, cancellationToken) is { } fault)
                await connections.DisconnectAsync(session.Terminal, fault);
    }
}
