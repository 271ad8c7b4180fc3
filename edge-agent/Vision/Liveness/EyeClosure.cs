using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// One challenge: close both eyes for a second, then open them. A natural blink (0.1 to 0.3 s, one every few seconds) does not
/// count, since every film of a face is full of them; the eyes must be seen closed over <see cref="Least"/>, beginning after the
/// question, and seen open before and after. A head that turns meanwhile fails it: a film that shows every act in a row must not
/// pass whichever is asked.
/// </summary>
internal struct EyeClosure
{
    /// <summary>From the first to the last frame with closed eyes.</summary>
    internal static readonly TimeSpan Least = TimeSpan.FromSeconds(0.4);

    /// <summary>Whoever looks down for longer does not close the eyes for a second.</summary>
    internal static readonly TimeSpan Most = TimeSpan.FromSeconds(3);

    /// <summary>Nobody reads and reacts sooner.</summary>
    internal static readonly TimeSpan Reaction = TimeSpan.FromSeconds(0.3);

    /// <summary>Between two frames of one closure; what was not looked at may be another picture.</summary>
    internal static readonly TimeSpan Gap = TimeSpan.FromSeconds(0.6);

    private const int OpenFrames = 3;

    private EyeSpec _spec;
    private TimeSpan _from;
    private TimeSpan _until;
    private TimeSpan _firstClosed;
    private TimeSpan _lastClosed;
    private TimeSpan _last;
    private float _start;
    private float _turn;
    private Lowest _left;
    private Lowest _right;
    private int _open;
    private bool _closing;

    internal ChallengeState Is { get; private set; }

    internal void Begin(EyeSpec spec, float yaw, float turn, TimeSpan now, TimeSpan until)
    {
        this = default;
        (_spec, _from, _until, _last, _start, _turn, Is) = (spec, now + Reaction, until, now, yaw, turn, ChallengeState.Asked);
    }

    internal void Observe(in EyeLook eyes, float yaw, TimeSpan now)
    {
        if (Is != ChallengeState.Asked)
        {
            return;
        }

        var gap = now - _last;
        _last = now;
        if (now > _until || MathF.Abs(yaw - _start) >= _turn)
        {
            Is = ChallengeState.Failed;
        }
        else if (gap > Gap)
        {
            Again();
        }
        else if (IsClosed(eyes) && _open >= OpenFrames)
        {
            _firstClosed = _closing ? _firstClosed : now;
            (_lastClosed, _closing) = (now, true);
        }
        else if (eyes.Mean < _spec.Open)
        {
            if (_closing && _firstClosed >= _from && _lastClosed - _firstClosed >= Least && _lastClosed - _firstClosed <= Most)
            {
                Is = ChallengeState.Passed;
                return;
            }

            // A natural blink, or eyes that were closed before they could have been asked to.
            _closing = false;
            _open++;
            _left.Take(eyes.Left);
            _right.Take(eyes.Right);
        }
        else if (_closing && now - _lastClosed > Gap)
        {
            // Neither: half-closed for so long is no closure any more.
            _closing = false;
        }
    }

    /// <summary>The time is over, whether or not the face is seen well.</summary>
    internal void Expire(TimeSpan now)
    {
        if (Is == ChallengeState.Asked && now > _until)
        {
            Is = ChallengeState.Failed;
        }
    }

    private readonly bool IsClosed(in EyeLook eyes) =>
        eyes.Mean >= _spec.Closed && eyes.Left - _left.Second >= _spec.Rise && eyes.Right - _right.Second >= _spec.Rise;

    private void Again() => (_closing, _open, _left, _right) = (false, 0, default, default);

    // The second smallest value seen, so that one odd frame does not make everything after it look closed.
    private struct Lowest
    {
        private float _first;
        private float _second;
        private int _count;

        internal readonly float Second => _count >= 2 ? _second : float.PositiveInfinity;

        internal void Take(float value)
        {
            if (_count == 0 || value < _first)
            {
                (_first, _second) = (value, _count == 0 ? float.PositiveInfinity : _first);
            }
            else if (_count == 1 || value < _second)
            {
                _second = value;
            }

            _count = Math.Min(_count + 1, 2);
        }
    }
}
