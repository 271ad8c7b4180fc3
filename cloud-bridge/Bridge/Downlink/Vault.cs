using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract.Messages;
using MQTTnet.Protocol;

namespace Devices.Bridge.Downlink;

/// <summary>Takes the sealed records that terminals send for their site, and erases those of people who left. Nothing in here can open one.</summary>
public sealed class Vault(ISiteStore sites, RelayLine line, IRosterChanges changes, ISettingStore settings, IAuditStore audit, ILogger<Vault> log)
{
    private const string CleanedKey = "downlink.vault.cleaned";
    private const int Page = 200;

    /// <summary>Keeps one; success means that it is durable, or that it need not be kept.</summary>
    public async Task<(Reply Reply, bool News)> TakeAsync(UpMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        string terminal = message.Session.Terminal;
        if (!ContractCodec.TryRead(message.Payload.Span, ContractJson.Default.SiteRecord, out SiteRecord? record, out Problem? problem))
            return (Reply.Refuse(Reply.CodeOf(problem!.Code), problem.Code, problem.Text), false);
        if (record!.Terminal != terminal || record.Kind == SiteKinds.Revoked)
            return (Reply.Refuse(MqttPubAckReasonCode.NotAuthorized, ProblemCodes.WrongTerminal, $"{terminal} may send records of its own only, and none that revokes."), false);
        if (SiteRules.Check(record) is { } fault) return (Reply.Refuse(MqttPubAckReasonCode.PayloadFormatInvalid, ProblemCodes.Malformed, fault), false);
        switch (await sites.KeepAsync(terminal, record, line.Of, cancellationToken))
        {
            case KeepVerdict.Full:
                return (Reply.Refuse(MqttPubAckReasonCode.QuotaExceeded, ProblemCodes.Oversized, "The site holds as many sealed records as it may."), false);
            case KeepVerdict.Elsewhere:
                return (Reply.Refuse(MqttPubAckReasonCode.UnspecifiedError, ProblemCodes.Unavailable, $"{terminal} belongs to another site now: it is told so first, and what it sealed for the old one is not taken."), false);
            case KeepVerdict.Left:
                log.LogInformation("A sealed record of {Terminal} was not kept: its person has left.", terminal);
                return (Reply.Done, false);
            case KeepVerdict.Older:
                return (Reply.Done, false);
            default:
                log.LogInformation("{Terminal}: a sealed record ({Kind}) for its site is kept.", terminal, record.Kind);
                if (record.Kind == SiteKinds.Erase) await audit.AuditAsync(terminal, "vault.erase", record.Person, "the sealed templates were erased at the bridge", null, cancellationToken);
                return (Reply.Done, true);
        }
    }

    /// <summary>Erases the sealed records of everybody who left since the last time.</summary>
    /// <param name="roster">The roster's line: another one begins again.</param>
    public async Task CleanAsync(Guid roster, CancellationToken cancellationToken)
    {
        long from = await settings.GetSettingAsync(CleanedKey, cancellationToken) is { } text && text.Split('/') is [var known, var at]
            && known == roster.ToString("N") && long.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out long last) ? last : 0;
        while (true)
        {
            IReadOnlyList<PersonChange> rows = await changes.ChangesAfterAsync(from, Page, cancellationToken);
            if (rows.Count == 0) return;
            foreach (PersonChange gone in rows.Where(one => !one.Person.Active))
            {
                int erased = await sites.ErasePersonAsync(gone.Person.UserId, cancellationToken);
                if (erased > 0) await audit.AuditAsync("bridge", "vault.erase", gone.Person.UserId, $"left (revision {gone.Revision}): {erased} sealed records were erased at the bridge", null, cancellationToken);
            }
            from = rows[^1].Revision;
            await settings.SetSettingAsync(CleanedKey, $"{roster:N}/{from.ToString(System.Globalization.CultureInfo.InvariantCulture)}", cancellationToken);
        }
    }
}
