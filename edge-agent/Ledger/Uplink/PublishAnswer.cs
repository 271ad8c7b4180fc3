namespace Devices.Edge.Ledger.Uplink;

/// <summary>What became of a message of the host's.</summary>
/// <param name="Taken">A PUBACK with success.</param>
/// <param name="Code">One of <see cref="Contract.Messages.ProblemCodes"/>, where the bridge named one.</param>
/// <param name="Words">The reason in words.</param>
/// <param name="SlowDownMs">For how long the bridge asks to send nothing; 0 where it does not.</param>
public sealed record PublishAnswer(bool Taken, string? Code, string? Words, long SlowDownMs)
{
    /// <summary>The bridge answered that it does not take it; false where it did, or where there was no answer.</summary>
    public bool Refused { get; init; }

    internal static PublishAnswer Done { get; } = new(true, null, null, 0);

    internal static PublishAnswer NoLink { get; } = new(false, null, null, 0);
}
