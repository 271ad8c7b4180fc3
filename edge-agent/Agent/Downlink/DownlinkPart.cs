using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Downlink;

/// <summary><c>roster</c> of <c>GET /status</c>.</summary>
/// <param name="Revision">Where it stands; null without a roster of the bridge's.</param>
/// <param name="Wanted">Where the bridge is, as it said last.</param>
/// <param name="Local">People whom only this terminal knows.</param>
/// <param name="Unconfirmed">Erasures that the bridge has not acknowledged.</param>
public sealed record RosterStatus(long? Revision, long Wanted, long Local, long Unconfirmed, string? Problem);

/// <summary>
/// Carries out what comes down, one message after another and beside the uplink's loop, and answers each with <c>applied</c>. An answer that
/// does not get through is not lost: hello says the same, and erasures are told until the bridge has acknowledged them.
/// </summary>
/// <param name="publish">Leaf and payload up; true once acknowledged.</param>
/// <param name="online">Whether the bridge is there.</param>
/// <param name="config">Null for a terminal that takes no configuration from the bridge.</param>
/// <param name="commands">Null for one that takes no commands.</param>
/// <param name="updates">Null for one that takes no updates.</param>
public sealed class DownlinkPart(
    RosterDesk roster, SiteDesk site, Func<string, byte[], CancellationToken, Task<bool>> publish, Func<bool> online, Narration narration, TimeProvider time, ConfigDesk? config = null, CommandDesk? commands = null, UpdateDesk? updates = null)
{
    // The bridge has one message of a kind in flight and sends again what is not answered: more waiting here is somebody flooding.
    private const int MaxWaiting = 16;
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(5);
    private readonly Channel<(string Leaf, ReadOnlyMemory<byte> Payload)> _waiting = Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMinutes(1);
    private volatile bool _untold = true;
    private long _refusedAt = long.MinValue / 2;
    private long _wanted;
    private long _configWanted;

    /// <summary>For hello.</summary>
    public AppliedMessage Applied => new() { Roster = roster.State(), Relay = site.State(), Config = config?.State(), Update = updates?.State(), Commands = commands is null ? null : true };

    /// <summary>Where the bridge's configuration is, as it said last.</summary>
    public long ConfigWanted => Interlocked.Read(ref _configWanted);

    /// <summary>Where the roster stands has changed by itself: the bridge is told.</summary>
    public void TellRoster() => _waiting.Writer.TryWrite((Topics.State, default));

    public RosterStatus Status
    {
        get
        {
            RosterApplied? state = roster.State();
            return new(state?.Revision, Interlocked.Read(ref _wanted), state?.Local ?? 0, state?.Erased.Count ?? 0, state?.Problem);
        }
    }

    /// <summary>Hands a message over; any thread, does not wait.</summary>
    public void Offer(string leaf, ReadOnlyMemory<byte> payload)
    {
        // A door's answer may take seconds; the roster does not wait for it.
        if (leaf == Topics.Command) commands?.Offer(payload);
        else if (leaf == Topics.Update) updates?.Offer(payload);
        else _waiting.Writer.TryWrite((leaf, payload));
    }

    /// <summary>The bridge is there: what it has not heard is told.</summary>
    public void OnState(StateMessage state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Interlocked.Exchange(ref _wanted, state.RosterRevision);
        Interlocked.Exchange(ref _configWanted, state.ConfigRevision);
        commands?.Offer(default);
        updates?.Answered();
        if (_untold) _waiting.Writer.TryWrite((Topics.State, default));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        void Nudge() => _waiting.Writer.TryWrite(("site", default));
        site.Changed += Nudge;
        try
        {
            while (true)
            {
                (string leaf, ReadOnlyMemory<byte> payload) = await NextAsync(cancellationToken).ConfigureAwait(false);
                if (leaf == Topics.Roster) TakeRoster(payload);
                if (leaf == Topics.Relay) TakeRelay(payload);
                if (leaf == Topics.Config) await TakeConfigAsync(payload, cancellationToken).ConfigureAwait(false);
                site.Tick();
                if (leaf is Topics.Roster or Topics.Relay or Topics.State or "site") await TellAsync(leaf, cancellationToken).ConfigureAwait(false);
                if (leaf.Length > 0 || time.GetElapsedTime(_refusedAt) > PauseAfterRefusal) await SendSiteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            site.Changed -= Nudge;
        }
    }

    private async Task<(string Leaf, ReadOnlyMemory<byte> Payload)> NextAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = new(TickEvery, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(tick.Token, cancellationToken);
        try
        {
            return await _waiting.Reader.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ("", default);
        }
    }

    // Told also where nothing changed: the answer may not have got through before.
    private async Task TakeConfigAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (config is null) return;
        if (ContractCodec.TryRead(payload.Span, ContractJson.Default.ConfigMessage, out ConfigMessage? message, out Problem? problem)) config.Take(message!);
        else narration.Warn("config", $"A configuration of the bridge was not read: {problem!.Text}");
        await publish(Topics.Applied, ContractCodec.Write(new AppliedMessage { Config = config.State() }, ContractJson.Default.AppliedMessage), cancellationToken).ConfigureAwait(false);
    }

    private void TakeRelay(ReadOnlyMemory<byte> payload)
    {
        if (ContractCodec.TryRead(payload.Span, ContractJson.Default.RelayMessage, out RelayMessage? message, out Problem? problem)) site.Take(message!);
        else narration.Warn("site", $"The site's records were not read: {problem!.Text}");
    }

    // Few at a time, and only while the bridge is there: what does not get through is sealed and sent again.
    private async Task SendSiteAsync(CancellationToken cancellationToken)
    {
        while (online())
        {
            IReadOnlyList<SiteOutgoing> waiting = site.Outgoing();
            if (waiting.Count == 0) return;
            foreach (SiteOutgoing one in waiting)
            {
                byte[] payload = ContractCodec.Write(one.Record, ContractJson.Default.SiteRecord);
                if (SiteRules.Check(one.Record) is not null || payload.Length > Protocol.MaxPayload) site.Refused(one);
                else if (await publish(Topics.Vault, payload, cancellationToken).ConfigureAwait(false)) site.Sent(one);
                else
                {
                    _refusedAt = time.GetTimestamp();
                    return;
                }
            }
        }
    }

    private void TakeRoster(ReadOnlyMemory<byte> payload)
    {
        _untold = true;
        if (ContractCodec.TryRead(payload.Span, ContractJson.Default.RosterMessage, out RosterMessage? message, out Problem? problem)) roster.Take(message!);
        else narration.Warn("roster", $"A roster of the bridge was not read: {problem!.Text}");
    }

    private async Task TellAsync(string leaf, CancellationToken cancellationToken)
    {
        while (true)
        {
            // An answer speaks of what it answers; about the other the bridge may have a message in flight.
            RosterApplied? state = leaf is Topics.Roster or Topics.State ? roster.State() : null;
            RelayApplied? relay = leaf == Topics.Roster ? null : site.State();
            if (state is null && relay is null) return;
            if (state is not null) _untold = true;
            if (!await publish(Topics.Applied, ContractCodec.Write(new AppliedMessage { Roster = state, Relay = relay }, ContractJson.Default.AppliedMessage), cancellationToken).ConfigureAwait(false)) return;
            if (state is null) return;
            roster.Confirmed(state);
            _untold = false;
            if (state.Erased.Count < RosterRules.MaxPeople) return;
        }
    }
}
