namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// One challenge: turn the head to the drawn side within the time, then look back. A flat picture cannot do it: turning
/// it about any axis moves eyes, nose and mouth by one affine map, under which the nose's place between the eyes and
/// the mouth, the measure used here, stays what it was.
/// </summary>
internal struct HeadTurn
{
    private TimeSpan _until;
    private float _start;
    private float _turn;
    private bool _turned;

    internal ChallengeKind Kind { get; private set; }

    internal ChallengeState Is { get; private set; }

    internal void Begin(ChallengeKind kind, float yaw, float turn, TimeSpan until)
    {
        (Kind, Is, _start, _turn, _until, _turned) = (kind, ChallengeState.Asked, yaw, turn, until, false);
    }

    /// <summary>Takes a frame's yaw (nose's offset in eye distances, negative to the picture's left) and whether that frame could be recognised.</summary>
    internal void Observe(float yaw, bool isGood, TimeSpan now)
    {
        if (Is != ChallengeState.Asked)
        {
            return;
        }

        // The camera sees people as others do: a head turned to its own left points to the picture's right.
        var way = (yaw - _start) * (Kind == ChallengeKind.TurnLeft ? 1 : -1);
        if (now > _until || (!_turned && way <= -_turn))
        {
            Is = ChallengeState.Failed;
        }
        else if (way >= _turn)
        {
            _turned = true;
        }
        else if (_turned && isGood && way <= _turn * 0.6f)
        {
            Is = ChallengeState.Passed;
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
}
