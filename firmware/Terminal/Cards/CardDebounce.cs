namespace Devices.Terminal.Cards;

/// <summary>
/// Makes one reading of a card that is held at the reader: the same UID seen again within 3 s of when it was last seen is the
/// same reading, so a card left on the reader punches once, not every 3 s.
/// </summary>
public sealed class CardDebounce
{
    /// <summary>The window in ms.</summary>
    public const long WindowMs = 3000;

    private string _uid = "";
    private long _seenMs;

    /// <summary>Whether this reading is a new one.</summary>
    public bool IsNew(string uid, long nowMs)
    {
        bool same = _uid == uid && nowMs - _seenMs < WindowMs;
        _uid = uid;
        _seenMs = nowMs;
        return !same;
    }
}
