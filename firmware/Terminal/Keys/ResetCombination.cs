using Devices.Terminal.Parts;

namespace Devices.Terminal.Keys;

/// <summary>
/// The factory reset at the terminal itself: with the case open, the in and out keys in turn, <see cref="Presses"/> times within
/// <see cref="WindowMs"/>. The open case keeps it from people in the corridor.
/// </summary>
public sealed class ResetCombination
{
    public const int Presses = 6;
    public const int WindowMs = 10000;

    private int _count;
    private KeyPress _last;
    private long _startMs;

    /// <summary>Takes a key; true when the combination is complete.</summary>
    public bool Key(KeyPress key, bool caseOpen, long nowMs)
    {
        bool fits = caseOpen && (key == KeyPress.In || key == KeyPress.Out);
        if (!fits || (_count > 0 && (key == _last || nowMs - _startMs > WindowMs)))
        {
            _count = 0;
        }

        if (!fits)
        {
            return false;
        }

        if (_count == 0)
        {
            _startMs = nowMs;
        }

        _last = key;
        if (++_count < Presses)
        {
            return false;
        }

        _count = 0;
        return true;
    }
}
