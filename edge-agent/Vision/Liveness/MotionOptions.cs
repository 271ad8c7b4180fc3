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

    /// <summary>Draws the side to turn to; a test may fix it. The default cannot be guessed.</summary>
    public Func<ChallengeKind> Draw { get; init; } = () =>
        System.Security.Cryptography.RandomNumberGenerator.GetInt32(2) == 0 ? ChallengeKind.TurnLeft : ChallengeKind.TurnRight;

    internal void Validate()
    {
        if (!(Proof > 0) || !(Turn > 0) || Wait < TimeSpan.Zero || ChallengeTime <= TimeSpan.Zero || MaximumChallenges < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Proof), "The motion cue's proof, turn and challenge time must be above 0, its wait not negative, and at least one challenge allowed.");
        }
    }
}
