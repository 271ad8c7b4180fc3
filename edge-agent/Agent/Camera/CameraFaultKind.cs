namespace Devices.Edge.Agent.Camera;

/// <summary>Why a camera gives no frames. Each comes with a sentence in <see cref="CameraException"/>.</summary>
public enum CameraFaultKind
{
    /// <summary>No such device, host or program.</summary>
    NotFound,

    /// <summary>The account may not open it.</summary>
    Denied,

    /// <summary>Another program holds it.</summary>
    Busy,

    /// <summary>It went away while in use.</summary>
    Unplugged,

    /// <summary>It is open but nothing (or nothing whole) comes.</summary>
    NoFrames,

    /// <summary>It cannot do what we need (no MJPEG or YUYV, no streaming).</summary>
    Unsupported,

    /// <summary>It sent what its protocol does not allow.</summary>
    Protocol,

    /// <summary>The stream or the child process ended.</summary>
    Ended,
}
