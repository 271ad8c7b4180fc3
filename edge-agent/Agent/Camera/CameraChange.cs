namespace Devices.Edge.Agent.Camera;

/// <summary>The camera began or ceased to give frames.</summary>
/// <param name="Running">Frames come now.</param>
/// <param name="Kind">Why not; null while running.</param>
/// <param name="Sentence">One sentence for the log.</param>
/// <param name="Pause">How long until the next try.</param>
public sealed record CameraChange(bool Running, CameraFaultKind? Kind, string Sentence, TimeSpan Pause);
