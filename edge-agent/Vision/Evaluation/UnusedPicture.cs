namespace Devices.Edge.Vision.Evaluation;

/// <summary>A picture or file that was not used.</summary>
/// <param name="Name">Person and file.</param>
public sealed record UnusedPicture(string Name, PictureOutcome Outcome, string Reason);
