using Devices.Terminal.Parts;

namespace Devices.Terminal.Door;

/// <summary>
/// Holds the door's contact against the relay: opened without a release is force, open for too long after one is "held". An opening counts as
/// released while the relay is drawn and for a moment after it (the latch falls late, and the contact is de-bounced).
/// </summary>
public sealed class DoorWatch
{
    /// <summary>After the relay fell, an opening still counts as released, ms.</summary>
    public const int GraceMs = 1500;

    /// <summary>How often an open door is told again, ms.</summary>
    public const int AgainMs = 600000;

    private readonly IDoorContact? _contact;
    private readonly int _heldMs;
    private bool _known;
    private bool _open;
    private bool _told;
    private long _toldMs;
    private long _openedMs;
    private long _releasedMs = -GraceMs;

    /// <param name="contact">The contact, or null where the door has none.</param>
    /// <param name="heldMs">How long a door may stand open, ms.</param>
    public DoorWatch(IDoorContact? contact, int heldMs)
    {
        _contact = contact;
        _heldMs = heldMs;
    }

    public bool IsOpen
    {
        get { return _open; }
    }

    /// <summary>One look; <paramref name="released"/>: the relay is drawn now.</summary>
    public DoorFinding Step(bool released, long nowMs)
    {
        if (_contact == null)
        {
            return DoorFinding.None;
        }

        if (released)
        {
            _releasedMs = nowMs;
        }

        bool open = _contact.IsOpen(nowMs);
        if (open != _open)
        {
            return Changed(open, nowMs);
        }

        if (_open && nowMs - _openedMs >= _heldMs && (!_told || nowMs - _toldMs >= AgainMs))
        {
            _told = true;
            _toldMs = nowMs;
            return DoorFinding.Held;
        }

        _known = true;
        return DoorFinding.None;
    }

    private DoorFinding Changed(bool open, long nowMs)
    {
        bool first = !_known;
        _known = true;
        _open = open;
        if (!open)
        {
            bool after = _told;
            _told = false;
            return after ? DoorFinding.Shut : DoorFinding.None;
        }

        _openedMs = nowMs;
        _told = false;

        // Found open at boot: nobody knows how it came to be; should it stay open, that is told as held.
        if (first || nowMs - _releasedMs < GraceMs)
        {
            return DoorFinding.None;
        }

        _told = true;
        _toldMs = nowMs;
        return DoorFinding.Forced;
    }
}
