using Devices.Contract.Messages;

namespace Devices.Edge.Agent.Hosting;

public sealed partial class AgentRuntime
{
    // What the parts add to the board's own health in status.
    private TerminalHealth Parts(TerminalHealth board) => board with
    {
        Liveness = _options.ModelPack is null ? null : _options.Liveness,
        CameraRunning = _camera?.Status.Running,
        CameraFps = _camera is { } camera ? Math.Round(camera.Status.FramesPerSecond, 1) : null,
        McuOnline = _broker?.IsOnline ?? false,
        McuQueue = _desk.McuQueue,
        McuFreeBytes = _desk.FreeBytes,
        McuSafeMode = _desk.SafeMode,
    };
}
