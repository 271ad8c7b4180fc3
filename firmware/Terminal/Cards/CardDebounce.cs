namespace Devices.Terminal.Cards;

/// <summary>
/// Makes one reading of a card that is held at the reader: the same UID seen again within 3 s of when it was last seen is the
/// same reading, so a card left on the reader punches once, not every 3 s. The last four cards are remembered, so that two cards that a
/// reader sees in turn do not punch in turn.
/// </summary>
public sealed class CardDebounce
{
    /// <summary>The window in ms.</summary>
    public const long WindowMs = 3000;

    private readonly string[] _uids = ["", "", "", ""];
    private readonly long[] _seenMs = new long[4];

    /// <summary>Whether this reading is a new one.</summary>
    public bool IsNew(string uid, long nowMs)
    {
        int place = 0;
        for (int i = 0; i < _uids.Length; i++)
        {
            if (_uids[i] == uid)
            {
                bool same = nowMs - _seenMs[i] < WindowMs;
                _seenMs[i] = nowMs;
                return !same;
            }

            if (_seenMs[i] < _seenMs[place])
            {
                place = i;
            }
        }

        _uids[place] = uid;
        _seenMs[place] = nowMs;
        return true;
    }
}
