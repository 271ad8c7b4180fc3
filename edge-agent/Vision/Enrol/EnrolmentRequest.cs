using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Enrol;

/// <summary>Pictures of one person, and what the operator has already answered for.</summary>
/// <param name="Person">The platform's user id; templates that this person has already do not count as duplicates.</param>
/// <param name="Pictures">At least one; three from slightly different angles is better. They stay the caller's.</param>
public sealed record EnrolmentRequest(string Person, IReadOnlyList<RgbFrame> Pictures)
{
    /// <summary>Persons by id whose face this one may resemble: twins whom somebody has vouched for.</summary>
    public IReadOnlyCollection<string> AllowedDuplicates { get; init; } = [];

    /// <summary>Set where the person's enrolled face is to be replaced even by one that does not resemble it.</summary>
    public bool ReplaceFace { get; init; }

    /// <summary>Set for live enrolment at a terminal; pictures uploaded by HR are prints by nature.</summary>
    public bool RequireLive { get; init; }
}
