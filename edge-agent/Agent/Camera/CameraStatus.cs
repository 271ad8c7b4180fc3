namespace Devices.Edge.Agent.Camera;

/// <summary>What the status page says about the camera.</summary>
/// <param name="Name">Which camera.</param>
/// <param name="Running">Whether frames come now.</param>
/// <param name="FramesPerSecond">Over the last seconds.</param>
/// <param name="LastFrameAt">Wall clock of the newest good frame, ms since the Unix epoch; null where none came yet.</param>
/// <param name="Frames">Good frames since the start.</param>
/// <param name="Refused">Damaged frames since the start.</param>
/// <param name="LastRefusal">Why the last damaged frame was refused.</param>
/// <param name="Opened">How often the device was opened.</param>
/// <param name="Fault">The sentence of the present fault; null while running.</param>
public sealed record CameraStatus(
    string Name, bool Running, double FramesPerSecond, long? LastFrameAt, long Frames, long Refused, string? LastRefusal, long Opened, string? Fault);
