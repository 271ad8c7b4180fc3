using Devices.Contract.Messages;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Hosting;

/// <summary>Keeps the terminal's certificate, and tells what happens to it: the log at once, operators where somebody should look.</summary>
public sealed class CertificatePart : IDisposable
{
    // A root is exchanged for the whole fleet at once: its terminals do not all come in the same second.
    private static readonly TimeSpan RenewWithin = TimeSpan.FromMinutes(10);
    private readonly CancellationTokenSource _end = new();
    private readonly Narration _narration;
    private readonly TimeProvider _time;
    private int _asking;

    public CertificatePart(AgentOptions options, TrustedClock clock, EventGate gate, Narration narration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(narration);
        (_narration, _time) = (narration, time);
        string host = options.EnrolmentHost ?? options.BridgeHost ?? "localhost";
        string[] names = [.. new[] { options.EnrolmentHost is null ? options.BridgeServerName : null, host, options.BridgeServerName }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
        BoardTpm? tpm = BoardTpm.Of(options.Tpm);
        IdentityFolder folder = new(options.TlsFolder, tpm);
        Trust = new(folder);
        Keeper = new(new() { Host = host, Port = options.EnrolmentPort, Names = names, MakeKey = MakerOf(tpm, folder, options.Tpm != "auto") }, folder, clock, time);
        Keeper.Noted += note =>
        {
            if (note.Warning) narration.Warn("certificate", note.Text);
            else narration.Tell("certificate", note.Text);
            if (note.Warning) gate.Offer("certificate", note.Text);
        };
    }

    public CertificateKeeper Keeper { get; }

    // The next key is where this one is, or in the TPM that somebody has named: not in one that happens to be there, since a version of before TPMs, gone
    // back to, could not use it. A TPM that cannot be used is a failed renewal, told and tried again, and no reason for a key in a file where there was none.
    private static Func<string> MakerOf(BoardTpm? tpm, IdentityFolder folder, bool named) =>
        () => (tpm is not null && named) || folder.KeyPlace == "tpm" ? TerminalKey.MakeIn(tpm ?? BoardTpm.Standard) : TerminalKey.Make();

    /// <summary>The roots.</summary>
    public TrustDesk Trust { get; }

    /// <summary>The bridge tells its roots: they are taken over, and the certificate is renewed where another root signs now.</summary>
    public void Take(TrustMessage message)
    {
        bool renew = Trust.Take(message, out string? news);
        if (news is not null) _narration.Tell("certificate", news);
        if (Trust.State()?.Problem is { } problem) _narration.Warn("certificate", problem);
        if (renew && Interlocked.Exchange(ref _asking, 1) == 0) _ = AskAsync();
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        Keeper.Dispose();
    }

    private async Task AskAsync()
    {
        try
        {
            await Task.Delay(RenewWithin * Random.Shared.NextDouble(), _time, _end.Token).ConfigureAwait(false);
            Keeper.Ask();
        }
        catch (OperationCanceledException)
        {
            // The agent ends; after its next start the bridge says it again.
        }
        finally
        {
            Interlocked.Exchange(ref _asking, 0);
        }
    }
}
