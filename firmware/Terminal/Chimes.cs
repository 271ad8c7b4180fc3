using Devices.Terminal.Parts;

namespace Devices.Terminal;

/// <summary>Plays the sounds step by step. A pattern is pairs of hertz (0 = pause) and ms.</summary>
public sealed class Chimes
{
    private static readonly int[][] Patterns =
    [
        [2400, 30],
        [2000, 80, 2700, 120],
        [2000, 80, 0, 80, 2000, 80],
        [500, 150, 0, 80, 500, 150, 0, 80, 500, 150],
        [1000, 300, 600, 300, 1000, 300, 600, 300],
    ];

    private readonly IBuzzer? _buzzer;
    private int[] _pattern = [];
    private int _at;
    private long _untilMs;

    public Chimes(IBuzzer? buzzer)
    {
        _buzzer = buzzer;
    }

    /// <summary>Starts a sound; one that still plays is cut off.</summary>
    public void Play(Chime chime, long nowMs)
    {
        _pattern = Patterns[(int)chime];
        _at = 0;
        _untilMs = nowMs;
        Step(nowMs);
    }

    public void Step(long nowMs)
    {
        if (_buzzer == null || nowMs < _untilMs)
        {
            return;
        }

        if (_at < _pattern.Length)
        {
            int hertz = _pattern[_at];
            _untilMs = nowMs + _pattern[_at + 1];
            _at += 2;
            if (hertz > 0)
            {
                _buzzer.On(hertz);
            }
            else
            {
                _buzzer.Off();
            }
        }
        else
        {
            _buzzer.Off();
            _untilMs = long.MaxValue;
        }
    }
}
