using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Liveness;

/// <summary>The one challenge of a track, whichever act was drawn. It begins once, ends once and is never drawn again by itself.</summary>
internal struct RunningChallenge
{
    private HeadTurn _turn;
    private EyeClosure _eyes;

    internal ChallengeKind Kind { get; private set; }

    /// <summary>Asked because the texture model was not sure, which no movement takes away: a film moves too.</summary>
    internal bool ForTexture { get; private set; }

    internal readonly ChallengeState Is => Kind == ChallengeKind.CloseEyes ? _eyes.Is : _turn.Is;

    internal void Begin(ChallengeKind kind, float yaw, MotionOptions options, EyeSpec? eyes, bool forTexture, TimeSpan now)
    {
        (Kind, ForTexture) = (kind, forTexture);
        if (kind == ChallengeKind.CloseEyes)
        {
            _eyes.Begin(eyes!, yaw, options.Turn, now, now + options.ChallengeTime);
        }
        else
        {
            _turn.Begin(kind, yaw, options.Turn, now + options.ChallengeTime);
        }
    }

    /// <summary>Takes a frame; <paramref name="eyes"/> only where closed eyes are waited for.</summary>
    internal void Observe(float yaw, bool isGood, EyeLook? eyes, TimeSpan now)
    {
        if (Kind != ChallengeKind.CloseEyes)
        {
            _turn.Observe(yaw, isGood, now);
        }
        else if (eyes is { } look)
        {
            _eyes.Observe(look, yaw, now);
        }
    }

    internal void Expire(TimeSpan now)
    {
        _turn.Expire(now);
        _eyes.Expire(now);
    }
}
