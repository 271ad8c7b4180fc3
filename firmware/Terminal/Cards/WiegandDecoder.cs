namespace Devices.Terminal.Cards;

/// <summary>
/// Decodes Wiegand frames of 26 bits (SIA AC-01: even parity over bits 2-13, odd over 14-25), 34 bits (the same with halves of 16) and
/// 37 bits (HID H10302 and H10304: even over bits 2-19, odd over 19-36, so bit 19 counts in both). A pulse on D0 is a 0, on D1 a 1; 1 to 3 ms apart; <see cref="GapMs"/> of silence end a frame. Anything that isn't
/// exactly a frame with both parities right is reported as damaged, never guessed.
/// Single producer (the pin events) and single consumer (the loop) under one lock.
/// </summary>
public sealed class WiegandDecoder
{
    /// <summary>Silence that ends a frame. Pulses are at most 20 ms apart; the rest is for late events of the chip.</summary>
    public const long GapMs = 50;

    private const int MaxBits = 37;

    private readonly object _gate = new object();
    private long _bits;
    private int _count;
    private bool _overrun;
    private long _lastMs;

    /// <summary>One pulse: 0 from D0, 1 from D1.</summary>
    public void Pulse(int bit, long nowMs)
    {
        lock (_gate)
        {
            if (_count == MaxBits)
            {
                // More pulses than any frame has: noise, or two frames run together. Swallow all until the next silence.
                _overrun = true;
            }
            else
            {
                _bits = (_bits << 1) | (long)(uint)(bit & 1);
                _count++;
            }

            _lastMs = nowMs;
        }
    }

    /// <summary>
    /// After a silence: <see cref="WiegandResult.Card"/> with the data bits between the parities as hex: 8 digits (26-bit frames
    /// carry 3 bytes, shown with a leading 00), 10 for 37 bits (35 bits of data); or <see cref="WiegandResult.Damaged"/>; else <see cref="WiegandResult.None"/>.
    /// </summary>
    public WiegandResult Poll(long nowMs, out string uid)
    {
        uid = "";
        long bits;
        int count;
        lock (_gate)
        {
            if (_count == 0 || nowMs - _lastMs < GapMs)
            {
                return WiegandResult.None;
            }

            bits = _bits;
            count = _overrun ? 0 : _count;
            _bits = 0;
            _count = 0;
            _overrun = false;
        }

        if (count != 26 && count != 34 && count != 37)
        {
            return WiegandResult.Damaged;
        }

        int half = (count + 1) / 2;
        bool even = Ones(bits >> (count - half), half) % 2 == 0;
        bool odd = Ones(bits, half) % 2 == 1;
        if (!even || !odd)
        {
            return WiegandResult.Damaged;
        }

        long all = (1L << (count - 2)) - 1;
        long data = (bits >> 1) & all;
        if (data == 0 || data == all)
        {
            // All zeros with right parity is what a line held low and then released looks like; no card has it.
            return WiegandResult.Damaged;
        }

        uid = Hex.Of(data, count == 37 ? 5 : 4);
        return WiegandResult.Card;
    }

    private static int Ones(long bits, int count)
    {
        int ones = 0;
        for (int i = 0; i < count; i++)
        {
            ones += (int)((bits >> i) & 1);
        }

        return ones;
    }
}
