namespace Devices.Edge.Agent.Gallery;

/// <summary>What became of one enrolment picture.</summary>
/// <param name="Picture">Its file name as sent.</param>
/// <param name="Accepted">Whether a template was made from it.</param>
/// <param name="Reason">Why not; null where accepted.</param>
public sealed record PictureVerdict(string Picture, bool Accepted, string? Reason);
