using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Tpm;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Hosting;

/// <summary>The uplink to the bridge: waits for the certificate files, then keeps the session and narrates what it does.</summary>
public sealed class BridgePart(
    AgentOptions options, LedgerStore ledger, TrustedClock clock, IUplinkHost host, HealthBoard health, Narration narration, TimeProvider time, CertificateKeeper? keeper = null)
{
    private volatile UplinkSession? _session;

    public UplinkStatus? Status => _session?.Status;

    public bool IsOnline => _session?.Status.Condition == UplinkCondition.Online;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.BridgeHost is not { } bridge)
        {
            health.Set(HealthBoard.Bridge, false, "no bridge is configured");
            narration.Warn("bridge", "No bridge is configured (Bridge:Host): punches stay on this terminal.");
            return;
        }

        string? told = null;
        while (Missing() is { } file)
        {
            string sentence = $"The terminal is not provisioned: {file} is missing. Run 'devices provision'; punches are kept until then.";
            health.Set(HealthBoard.Bridge, false, sentence);
            if (told != sentence) narration.Warn("bridge", sentence);
            told = sentence;
            await Task.Delay(TimeSpan.FromSeconds(5), time, cancellationToken).ConfigureAwait(false);
        }

        UplinkSession session = new(
            new UplinkOptions
            {
                Terminal = options.Terminal,
                Host = bridge,
                Port = options.BridgePort,
                ServerName = options.BridgeServerName,
                CaFile = options.CaFile,
                CertificateFile = options.CertificateFile,
                KeyFile = options.KeyFile,
                Tpm = BoardTpm.Of(options.Tpm),
                Identity = keeper,
                BackoffCap = TimeSpan.FromSeconds(30),
            },
            ledger, clock, host, time); // Without a log of its own: what it notes is narrated here, once.
        session.Noted += Noted;
        _session = session;
        if (keeper is not null) keeper.Renewed += session.Reconnect;
        try
        {
            await session.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (keeper is not null) keeper.Renewed -= session.Reconnect;
        }
    }

    /// <summary>Publishes one message; true once the bridge has acknowledged it.</summary>
    public Task<bool> PublishAsync(string leaf, byte[] payload, CancellationToken cancellationToken) =>
        _session?.TryPublishAsync(leaf, payload, cancellationToken) ?? Task.FromResult(false);

    /// <summary>As <see cref="PublishAsync"/>, with the bridge's reason.</summary>
    public Task<PublishAnswer> AskAsync(string leaf, byte[] payload, CancellationToken cancellationToken) =>
        _session?.PublishAsync(leaf, payload, cancellationToken) ?? Task.FromResult(new PublishAnswer(false, null, null, 0));

    /// <summary>Proves the link that is open; see <see cref="UplinkSession.CheckAsync"/>.</summary>
    public Task<UplinkCheck> CheckAsync(CancellationToken cancellationToken) =>
        _session?.CheckAsync(cancellationToken) ?? Task.FromResult(new UplinkCheck(false, health.TextOf(HealthBoard.Bridge), null, null));

    /// <summary><see cref="UplinkSession.Quiet"/>.</summary>
    public TimeSpan? Quiet => _session?.Quiet;

    /// <summary>Waits until the bridge has every sealed punch, while it is online, at most <paramref name="limit"/>.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        long begin = time.GetTimestamp();
        while (IsOnline && ledger.SealedThrough > ledger.Acknowledged && time.GetElapsedTime(begin) < limit)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time).ConfigureAwait(false);
    }

    private string? Missing() => new[] { options.CaFile, options.CertificateFile, options.KeyFile }.FirstOrDefault(f => !File.Exists(f));

    private string? _lost;

    private void Noted(UplinkNote note)
    {
        switch (note.Kind)
        {
            case UplinkNoteKind.Acknowledged:
                string which = note.From == note.Through
                    ? string.Create(CultureInfo.InvariantCulture, $"punch {options.Terminal}/{note.Through}")
                    : string.Create(CultureInfo.InvariantCulture, $"punches {options.Terminal}/{note.From} to {note.Through}");
                narration.Tell(new NarrationEvent { Kind = "acknowledged", Seq = note.Through, Text = $"The bridge has {which}" });
                return;
            case UplinkNoteKind.Connected or UplinkNoteKind.Resumed:
                _lost = null;
                health.Set(HealthBoard.Bridge, true, note.Text);
                narration.Tell("bridge", note.Text);
                return;
            case UplinkNoteKind.Lost:
                // Told once for each reason, not at every try; the note's own text counts waiting punches and seconds.
                string reason = _session?.Status.Text ?? note.Text;
                health.Set(HealthBoard.Bridge, false, note.Text);
                if (reason != _lost) narration.Warn("bridge", note.Text);
                _lost = reason;
                return;
            default:
                if (note.Kind == UplinkNoteKind.Stopped) health.Set(HealthBoard.Bridge, false, note.Text);
                narration.Warn("bridge", note.Text);
                return;
        }
    }
}
