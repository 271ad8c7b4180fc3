using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>
/// Where one session stands with its roster, and what it is to get next: one message in flight; it goes on from what the terminal says it
/// has, never from what was sent. Used by one loop at a time.
/// </summary>
/// <param name="composer">Makes the messages.</param>
/// <param name="line">The bridge's present line of revisions.</param>
public sealed class TerminalRoster(RosterComposer composer, Func<Guid> line, DownlinkOptions options, TimeProvider time)
{
    private RosterApplied? _at;
    private Guid _snapshot;
    private long _part;
    private long _cursor;
    private long _nextCursor;
    private long? _sentAt;

    /// <summary>Whether the terminal judges what the roster says of consents; it says so in its hello.</summary>
    public bool JudgesConsent { get; set; }

    /// <summary>Takes what the terminal says it has; the message in flight is answered by it, whatever it says.</summary>
    public void Stand(RosterApplied? applied)
    {
        _at = applied;
        _sentAt = null;
    }

    /// <summary>What is to go now; null where the terminal is up to date or has not answered yet.</summary>
    public async Task<ComposedRoster?> NextAsync(CancellationToken cancellationToken)
    {
        if (_sentAt is { } sent && time.GetElapsedTime(sent) < options.SendAgain) return null;
        Guid now = line();
        bool follows = _at is { Snapshot: null } at && at.Line == now;
        ComposedRoster? next = follows ? await composer.ChangesAsync(now, _at!.Revision, JudgesConsent, cancellationToken) : await PartAsync(now, cancellationToken);
        if (next is not null) _sentAt = time.GetTimestamp();
        return next;
    }

    // Only a part that follows what the terminal has taken of this very snapshot; else it begins anew, since nobody else remembers where it was.
    private async Task<ComposedRoster> PartAsync(Guid now, CancellationToken cancellationToken)
    {
        bool goesOn = _at is { Snapshot: { } had } at && at.Line == now && had.Id == _snapshot && had.Part == _part;
        if (goesOn) (_part, _cursor) = (_part + 1, _nextCursor);
        else if (_part == 0 || _at is not { Snapshot: { } other } || other.Id != _snapshot || other.Part != _part - 1) (_snapshot, _part, _cursor) = (Guid.NewGuid(), 1, 0);
        ComposedRoster part = await composer.PartAsync(now, _snapshot, _part, _cursor, JudgesConsent, cancellationToken);
        _nextCursor = part.Message.Through;
        return part;
    }
}
