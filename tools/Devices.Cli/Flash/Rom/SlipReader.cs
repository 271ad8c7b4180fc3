namespace Devices.Cli.Flash.Rom;

/// <summary>
/// Takes frames out of a stream of bytes. What lies outside frames is kept apart: after a reset the chip prints its boot log there, and that
/// tells why it does not answer. A broken escape or an endless frame is dropped, and reading goes on at the next end mark.
/// </summary>
public sealed class SlipReader
{
    // The longest answer of the ROM is 8 + 64 + 4 bytes; a flasher's could be 16 KiB and some.
    private const int LongestFrame = 32 * 1024, LongestNoise = 4096;

    private readonly List<byte> _frame = [];
    private readonly List<byte> _noise = [];
    private bool _inside, _escaped;

    /// <summary>Bytes that came outside of frames, the last 4 KiB.</summary>
    public IReadOnlyList<byte> Noise => _noise;

    /// <summary>Takes the next byte; a packet where it completes one, else null.</summary>
    public byte[]? Take(byte one)
    {
        if (!_inside)
        {
            if (one == Slip.End) Begin();
            else Keep(one);
            return null;
        }

        if (_escaped)
        {
            _escaped = false;
            if (one is not (Slip.EscapedEnd or Slip.EscapedEscape)) return Drop(one);
            _frame.Add(one == Slip.EscapedEnd ? Slip.End : Slip.Escape);
            return null;
        }

        switch (one)
        {
            case Slip.Escape:
                _escaped = true;
                return null;
            // Two end marks in a row: the second begins a frame (the first ended garbage or a frame whose head was lost).
            case Slip.End when _frame.Count == 0:
                return null;
            case Slip.End:
                _inside = false;
                return [.. _frame];
            default:
                if (_frame.Count >= LongestFrame) return Drop(one);
                _frame.Add(one);
                return null;
        }
    }

    /// <summary>Forgets a frame in hand and all noise.</summary>
    public void Clear()
    {
        _inside = _escaped = false;
        _frame.Clear();
        _noise.Clear();
    }

    private void Begin()
    {
        _inside = true;
        _escaped = false;
        _frame.Clear();
    }

    private byte[]? Drop(byte one)
    {
        foreach (byte lost in _frame) Keep(lost);
        _frame.Clear();
        _inside = _escaped = false;
        if (one == Slip.End) Begin();
        else Keep(one);
        return null;
    }

    private void Keep(byte one)
    {
        if (_noise.Count >= LongestNoise) _noise.RemoveRange(0, LongestNoise / 2);
        _noise.Add(one);
    }
}
