using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Ledger.Uplink;

public sealed partial class UplinkSession
{
    /// <summary>
    /// Proves the link that is open, for the doctor: the status goes up and is acknowledged as stored, and a foreign topic is refused. A second
    /// connection under the same name would push this one out, so the doctor has none of its own.
    /// </summary>
    public async Task<UplinkCheck> CheckAsync(CancellationToken cancellation = default)
    {
        if (_connection is not { } connection) return new(false, Status.Text, null, null);
        double? took = null;
        try
        {
            long began = _time.GetTimestamp();
            Refusal? refused = await connection.PublishAsync(Topics.Status, ContractCodec.Write(Describe(online: true), ContractJson.Default.StatusMessage), retain: true, cancellation).ConfigureAwait(false);
            if (refused is null) took = _time.GetElapsedTime(began).TotalMilliseconds;
            return new(true, refused?.Words, took, await connection.IsForeignRefusedAsync(cancellation).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is UplinkFaultException or ObjectDisposedException)
        {
            return new(took is not null, fault is UplinkFaultException ? fault.Message : Status.Text, took, null);
        }
    }

    private StatusMessage Describe(bool online) => _host.Describe(new StatusMessage
    {
        Online = online,
        At = Math.Max(0, _clock.Read().AtMs),
        Versions = new(_host.Versions),
        FreeBytes = _ledger.FreeBytes,
        Queue = _ledger.Queue,
        Clock = _clock.Source switch { TrustSource.Ntp => "ntp", TrustSource.Bridge => "bridge", TrustSource.Rtc => "rtc", _ => "untrusted" },
    });

    private async Task SendStatusAsync(UplinkConnection connection, bool online, CancellationToken cancellation)
    {
        if (await connection.PublishAsync(Topics.Status, ContractCodec.Write(Describe(online), ContractJson.Default.StatusMessage), retain: true, cancellation).ConfigureAwait(false) is { } refused)
            _log.LogWarning("The bridge did not take the status: {Reason}.", refused.Words);
    }
}
