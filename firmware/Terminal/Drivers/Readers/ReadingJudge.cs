using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>
/// Decides when a person is told that a contactless reading failed. A card that comes near is damaged for a few tries before it reads, and one
/// that leaves is damaged once; neither is worth a word. Told once a visit: after <see cref="Tries"/> failures in a row, or when the card went
/// away without having been read.
/// </summary>
public sealed class ReadingJudge
{
    public const int Tries = 5;
    public const int AfterSuccessMs = 1500;

    /// <summary>So many looks without an answer make an empty field: a card that was left half way keeps silent once before it answers again.</summary>
    public const int EmptyLooks = 3;

    private int _failures;
    private int _silences;
    private bool _told;
    private CardRefusal _last;
    private bool _pending;
    private long _successMs = long.MinValue / 2;

    public CardRefusal LastRefusal { get; private set; }

    public void Success(long nowMs)
    {
        _failures = 0;
        _silences = 0;
        _told = false;
        _successMs = nowMs;
    }

    public void Failure(CardRefusal why, long nowMs)
    {
        _last = why;
        _failures++;
        _silences = 0;

        // Two cards and random numbers are findings at once, not disturbances; still twice, so that a collision by noise is not one.
        if (_failures >= (why == CardRefusal.Damaged ? Tries : 2))
        {
            Tell(nowMs);
        }
    }

    public void FieldEmpty(long nowMs)
    {
        if (_silences < EmptyLooks)
        {
            _silences++;
            return;
        }

        if (_failures > 0)
        {
            Tell(nowMs);
        }

        _failures = 0;
        _told = false;
    }

    public bool Take()
    {
        bool pending = _pending;
        _pending = false;
        return pending;
    }

    private void Tell(long nowMs)
    {
        if (!_told && nowMs - _successMs >= AfterSuccessMs)
        {
            _told = true;
            _pending = true;
            LastRefusal = _last;
        }
    }
}
