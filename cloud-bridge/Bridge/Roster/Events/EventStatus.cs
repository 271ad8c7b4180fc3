namespace Devices.Bridge.Roster.Events;

/// <summary>What came from the platform since the start, for the pages.</summary>
public sealed class EventStatus
{
    private long _received, _repeated, _ignored, _unknown, _refused, _own, _foreign, _connects;

    public DateTimeOffset? ConnectedSince { get; set; }

    public DateTimeOffset? LastEventAt { get; set; }

    /// <summary>Events that led to a reading.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Copies of events that were noted before.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>Events of kinds that do not concern the roster.</summary>
    public long Ignored => Interlocked.Read(ref _ignored);

    /// <summary>Frames and messages that could not be read.</summary>
    public long Unreadable => Interlocked.Read(ref _unknown);

    /// <summary>Callbacks with a wrong signature, owner or time.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Punches of <c>attendance_check_record</c> that this bridge has itself: its own uploads coming back.</summary>
    public long OwnPunches => Interlocked.Read(ref _own);

    /// <summary>Punches made elsewhere, at a phone or another machine. Nothing is done with them.</summary>
    public long OtherPunches => Interlocked.Read(ref _foreign);

    /// <summary>Stream connections made.</summary>
    public long Connects => Interlocked.Read(ref _connects);

    internal void CountReceived(DateTimeOffset now)
    {
        Interlocked.Increment(ref _received);
        LastEventAt = now;
    }

    internal void CountRepeated() => Interlocked.Increment(ref _repeated);

    internal void CountIgnored() => Interlocked.Increment(ref _ignored);

    internal void CountUnreadable() => Interlocked.Increment(ref _unknown);

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountPunch(bool own) => Interlocked.Increment(ref own ? ref _own : ref _foreign);

    internal void CountConnect() => Interlocked.Increment(ref _connects);
}
