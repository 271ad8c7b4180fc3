namespace Devices.Edge.Vision.Frames;

/// <summary>Why bytes from a camera, a file or an upload are not a picture.</summary>
public enum FrameFaultCode
{
    Empty,
    TooLarge,
    NotJpeg,
    Truncated,
    Corrupt,
    BadDimensions,
    WrongLength,
}

/// <summary>A refusal of one frame. <paramref name="Message"/> is one sentence for a technician.</summary>
public sealed record FrameFault(FrameFaultCode Code, string Message);
