namespace Devices.Edge.Vision.Track;

/// <summary>How faces are followed from frame to frame.</summary>
public sealed record TrackerOptions
{
    /// <summary>Least overlap (IoU) of a face with where its track was expected.</summary>
    public float MinimumIou { get; init; } = 0.25f;

    /// <summary>A track that was not seen for so long has ended, once it was missing in <see cref="MissedFrames"/> frames.</summary>
    public TimeSpan MaximumGap { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Frames in which it must be missing besides; after three times <see cref="MaximumGap"/> it has ended anyway.</summary>
    public int MissedFrames { get; init; } = 2;

    /// <summary>Faces followed at once; the rest wait until one leaves.</summary>
    public int MaximumTracks { get; init; } = 8;
}
