namespace Devices.Edge.Agent.Camera;

/// <summary>A camera source gave up; the supervisor reopens it. The message is one sentence for a technician.</summary>
public sealed class CameraException : Exception
{
    public CameraException(CameraFaultKind kind, string sentence, Exception? cause = null)
        : base(sentence, cause) => Kind = kind;

    public CameraException() => Kind = CameraFaultKind.NoFrames;

    public CameraException(string message) : base(message) => Kind = CameraFaultKind.NoFrames;

    public CameraException(string message, Exception innerException) : base(message, innerException) => Kind = CameraFaultKind.NoFrames;

    public CameraFaultKind Kind { get; }
}
