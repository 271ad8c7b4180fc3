namespace Devices.Edge.Agent.Gallery;

/// <summary>What became of one enrolment picture.</summary>
/// <param name="Picture">Its file name as sent.</param>
/// <param name="Accepted">Whether a template was made from it.</param>
/// <param name="Reason">Why not; null where accepted.</param>
/// <param name="Use"><c>kept</c>, <c>no-new-view</c> (good, but another picture shows that view already) or <c>refused</c>.</param>
/// <param name="Quality">0..1 as measured; null where no single face was found.</param>
public sealed record PictureVerdict(string Picture, bool Accepted, string? Reason, string Use, float? Quality = null);
