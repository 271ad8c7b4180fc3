using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Hosting;

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
public sealed class DownlinkPart(RosterDesk roster, Func<string, byte[], CancellationToken, Task<bool>> publish, Narration narration)
{
    // The bridge has one message of a kind in flight and sends again what is not answered: more waiting here is somebody flooding.
    private const int MaxWaiting = 16;
    private readonly Channel<(string Leaf, ReadOnlyMemory<byte> Payload)> _waiting = Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _untold = true;
    private long _wanted;

    /// <summary>For hello.</summary>
    public AppliedMessage Applied => new() { Roster = roster.State() };

    public RosterStatus Status
    {
        get
        {
            RosterApplied? state = roster.State();
            return new(state?.Revision, Interlocked.Read(ref _wanted), state?.Local ?? 0, state?.Erased.Count ?? 0, state?.Problem);
        }
    }

    /// <summary>Hands a message over; any thread, does not wait.</summary>
    public void Offer(string leaf, ReadOnlyMemory<byte> payload) => _waiting.Writer.TryWrite((leaf, payload));

    /// <summary>The bridge is there: what it has not heard is told.</summary>
    public void OnState(StateMessage state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Interlocked.Exchange(ref _wanted, state.RosterRevision);
        if (_untold) _waiting.Writer.TryWrite(("", default));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach ((string leaf, ReadOnlyMemory<byte> payload) in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (leaf == Topics.Roster) TakeRoster(payload);
            await TellAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void TakeRoster(ReadOnlyMemory<byte> payload)
    {
        _untold = true;
        if (ContractCodec.TryRead(payload.Span, ContractJson.Default.RosterMessage, out RosterMessage? message, out Problem? problem)) roster.Take(message!);
        else narration.Warn("roster", $"A roster of the bridge was not read: {problem!.Text}");
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            RosterApplied? state = roster.State();
            if (state is null) return;
            _untold = true;
            if (!await publish(Topics.Applied, ContractCodec.Write(new AppliedMessage { Roster = state }, ContractJson.Default.AppliedMessage), cancellationToken).ConfigureAwait(false)) return;
            roster.Confirmed(state);
            _untold = false;
            if (state.Erased.Count < RosterRules.MaxPeople) return;
        }
    }
}
