namespace Devices.Edge.Vision.Match;

/// <summary>How a gallery keeps its templates and searches them. The defaults suit a terminal.</summary>
public sealed record GalleryOptions
{
    /// <summary>
    /// A directory on a disk (not in memory) for the floats of a large gallery, encrypted in a nameless file; null keeps
    /// all floats in memory, four times the bytes that are scanned.
    /// </summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Floats up to this many bytes stay in memory in any case; 2 MiB are 1,024 templates of 512 values.</summary>
    public long FloatsInMemory { get; init; } = 2 << 20;

    /// <summary>Most threads that share one search, the caller's included; 0 takes one a core, at most 8.</summary>
    public int Threads { get; init; }

    /// <summary>A further thread joins for each this many bytes scanned: below, waking it takes longer than it saves.</summary>
    public int BytesPerThread { get; init; } = 4 << 20;

    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(FloatsInMemory);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerThread, 1);
    }
}
