namespace Devices.Bridge.Store;

/// <summary>How many there are, counted no further than is worth it.</summary>
/// <param name="Number">Exact, or what was counted before the count was given up.</param>
/// <param name="More">There may be more than that.</param>
public readonly record struct BoundedCount(long Number, bool More)
{
    /// <summary>Beyond so many nobody reads on by pages.</summary>
    public const int Most = 10_000;
}
