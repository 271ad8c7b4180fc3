namespace Devices.Edge.Agent.Gallery;

/// <summary>What became of an enrolment, and what the caller should be told.</summary>
/// <param name="Outcome">For the HTTP status.</param>
/// <param name="Id">The userid.</param>
/// <param name="Name">As stored.</param>
/// <param name="Templates">How many templates the person has now for the pack in force.</param>
/// <param name="Pictures">One verdict a picture, in their order.</param>
/// <param name="Reason">One sentence where nothing was stored.</param>
public sealed record EnrolmentAnswer(
    EnrolmentOutcome Outcome, string Id, string Name, int Templates, IReadOnlyList<PictureVerdict> Pictures, string? Reason)
{
    /// <summary>Enrolled people who come near: card or PIN may be asked of both.</summary>
    public IReadOnlyList<Resemblance> LookAlikes { get; init; } = [];

    /// <summary>People over the duplicate threshold whom somebody vouched for.</summary>
    public IReadOnlyList<Resemblance> Allowed { get; init; } = [];

    public bool Enrolled => Outcome == EnrolmentOutcome.Enrolled;
}

/// <summary>Kinds of <see cref="EnrolmentAnswer"/>.</summary>
public enum EnrolmentOutcome
{
    Enrolled,

    /// <summary>A field is missing or out of range.</summary>
    BadRequest,

    /// <summary>No picture can be used, or they show different people.</summary>
    Refused,

    /// <summary>The face or the card belongs to someone else.</summary>
    Conflict,

    /// <summary>The models are not running.</summary>
    Unavailable,
}
