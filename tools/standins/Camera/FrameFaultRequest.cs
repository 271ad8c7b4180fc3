namespace Devices.Standins.Camera;

/// <summary>The body of <c>POST /fault</c>.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Frames">To how many frames.</param>
public sealed record FrameFaultRequest(FrameFaultKind Kind, int Frames = 1);
