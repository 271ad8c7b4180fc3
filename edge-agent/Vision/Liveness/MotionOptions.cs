namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// The motion cue: before anybody is accepted, the face must have moved as no flat picture moves. Figures behind the
/// defaults: <c>models/default/PAD.md</c>.
/// </summary>
public sealed record MotionOptions
{
    /// <summary>False accepts on texture alone; only for a terminal whose liveness is switched off, which reports it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Displacement that no plane explains, pixels of the 112×112 aligned face, that proves a solid or living face.</summary>
    public float Proof { get; init; } = 0.18f;

    /// <summary>How long a face that would otherwise be accepted is watched for such motion before it is in doubt.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>What a face in doubt is asked.</summary>
    public ChallengePolicy Challenge { get; init; } = ChallengePolicy.Doubt;

    /// <summary>How long a person has to do what was asked.</summary>
    public TimeSpan ChallengeTime { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Challenges that one face may fail while it stays in view; after that it is refused until it has gone.</summary>
    public int MaximumChallenges { get; init; } = 2;

    /// <summary>Sideways way of the nose against the eyes, in eye distances, that is a turned head: about 15 degrees.</summary>
    public float Turn { get; init; } = 0.14f;

    /// <summary>Among which acts is drawn. A pack without an eye model has the head turn only.</summary>
    public ChallengeActs Acts { get; init; } = ChallengeActs.Either;

    /// <summary>Draws instead of chance, for a test.</summary>
    public Func<ChallengeKind>? Draw { get; init; }

    /// <summary>Draws what cannot be guessed.</summary>
    internal ChallengeKind DrawOne(bool canSeeEyes)
    {
        var acts = canSeeEyes ? Acts : ChallengeActs.Turn;
        return Draw is not null ? Draw()
            : acts == ChallengeActs.Blink ? ChallengeKind.CloseEyes
            : (ChallengeKind)(1 + System.Security.Cryptography.RandomNumberGenerator.GetInt32(acts == ChallengeActs.Turn ? 2 : 3));
    }

    internal void Validate()
    {
        if (!(Proof > 0) || !(Turn > 0) || Wait < TimeSpan.Zero || ChallengeTime <= TimeSpan.Zero || MaximumChallenges < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Proof), "The motion cue's proof, turn and challenge time must be above 0, its wait not negative, and at least one challenge allowed.");
        }
    }
}
