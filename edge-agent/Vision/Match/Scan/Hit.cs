namespace Devices.Edge.Vision.Match.Scan;

/// <summary>A row that may be the best or the second: an estimate of its score and how far off that can be.</summary>
/// <param name="Segment">Its segment's place in the snapshot.</param>
internal readonly record struct Hit(int Segment, int Row, float Score, float Bound)
{
    internal float Upper => Score + Bound;

    internal float Lower => Score - Bound;

    internal long Ordinal => ((long)Segment * Scan.Segment.Capacity) + Row;
}
