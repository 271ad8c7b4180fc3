using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>Where one session stands with its site's sealed records; as <see cref="TerminalRoster"/>, but what is old needs no parts.</summary>
public sealed class TerminalRelay(string terminal, ISiteStore sites, RelayLine line, DownlinkOptions options, TimeProvider time)
{
    private RelayApplied? _at;
    private long? _sentAt;

    public void Stand(RelayApplied? applied)
    {
        _at = applied;
        _sentAt = null;
    }

    /// <summary>What is to go now; null where the terminal is up to date or has not answered yet.</summary>
    public async Task<(RelayMessage Message, byte[] Payload)?> NextAsync(CancellationToken cancellationToken)
    {
        if (_sentAt is { } sent && time.GetElapsedTime(sent) < options.SendAgain) return null;
        SiteExchange site = await sites.ExchangeAsync(terminal, cancellationToken);
        Guid now = line.Of(site.Salt);
        bool known = _at is { } at && at.Line == now;
        long from = known ? _at!.Revision : 0;
        IReadOnlyList<KeptRecord> rows = await sites.AfterAsync(terminal, from, SiteRules.MaxRecords + 1, cancellationToken);
        // A terminal of another line learns this one even from an empty site: it then tells its own records again. So does one that knows the site by another name.
        if (rows.Count == 0 && known && (_at!.Site is null || _at.Site == site.Name)) return null;
        for (int taken = Math.Min(rows.Count, SiteRules.MaxRecords); ; taken = Math.Max(1, taken / 2))
        {
            RelayMessage message = new() { Line = now, Exchange = site.Salt, Site = site.Name, From = from, Through = taken == 0 ? from : rows[taken - 1].Revision, Records = [.. rows.Take(taken).Select(one => one.Record)], Last = taken == rows.Count };
            byte[] payload = ContractCodec.Write(message, ContractJson.Default.RelayMessage);
            if (payload.Length > options.MaxBytes && taken > 1) continue;
            _sentAt = time.GetTimestamp();
            return (message, payload);
        }
    }
}
