namespace Devices.Standins.Camera;

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
