using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Hosting;

/// <summary>Keeps the terminal's certificate, and tells what happens to it: the log at once, operators where somebody should look.</summary>
public sealed class CertificatePart : IDisposable
{
    public CertificatePart(AgentOptions options, TrustedClock clock, EventGate gate, Narration narration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(narration);
        string host = options.EnrolmentHost ?? options.BridgeHost ?? "localhost";
        string[] names = [.. new[] { options.EnrolmentHost is null ? options.BridgeServerName : null, host, options.BridgeServerName }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
        Keeper = new(new() { Host = host, Port = options.EnrolmentPort, Names = names }, new(options.TlsFolder), clock, time);
        Keeper.Noted += note =>
        {
            if (note.Warning) narration.Warn("certificate", note.Text);
            else narration.Tell("certificate", note.Text);
            if (note.Warning) gate.Offer("certificate", note.Text);
        };
    }

    public CertificateKeeper Keeper { get; }

    public void Dispose() => Keeper.Dispose();
}
