namespace Devices.Standins.Camera;

/// <summary>How a picture is fitted into its tile.</summary>
public enum PictureFit
{
    /// <summary>To the height, so that the face stays large; what is wider than the tile is cut at the sides.</summary>
    Height,

    /// <summary>The whole picture is seen, as for a group.</summary>
    Whole,
}

/// <summary>The body of <c>POST /show</c>: pictures side by side, or a part of a video.</summary>
public sealed record ShowRequest
{
    /// <summary>A label for the state, or null; "empty-room" with nothing else shows nobody on purpose.</summary>
    public string? Scene { get; init; }

    /// <summary>Picture files, one tile each from left to right.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    /// <summary>How the pictures are fitted.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Height;

    /// <summary>A video, or null.</summary>
    public VideoRequest? Video { get; init; }

    /// <summary>How long; then the room is empty again. A video may end sooner. Null: 3 s, or the whole video.</summary>
    public double? Seconds { get; init; }
}

/// <summary>A part of a video file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Seconds from its beginning.</param>
/// <param name="Seconds">How much of it, or null for the rest.</param>
public sealed record VideoRequest(string Path, double Start = 0, double? Seconds = null);

/// <summary>What a frame fault does.</summary>
public enum FrameFaultKind
{
    /// <summary>Bytes of the JPEG are destroyed, so that it does not decode (as dotnet/iot#2293: leading zeros).</summary>
    CorruptFrame,

    /// <summary>The last frame comes again, byte for byte.</summary>
    Freeze,

    /// <summary>No frame comes.</summary>
    Drop,

    /// <summary>The JPEG ends in the middle.</summary>
    Truncated,
}

/// <summary>The body of <c>POST /fault</c>.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Frames">To how many frames.</param>
public sealed record FrameFaultRequest(FrameFaultKind Kind, int Frames = 1);
