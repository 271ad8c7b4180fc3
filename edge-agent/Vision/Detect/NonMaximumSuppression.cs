namespace Devices.Edge.Vision.Detect;

/// <summary>Greedy non-maximum suppression: of overlapping candidates only the best scored stays.</summary>
public static class NonMaximumSuppression
{
    private static readonly Comparison<DetectedFace> ByScore = static (a, b) => b.Score.CompareTo(a.Score);

    /// <summary>Sorts <paramref name="candidates"/> by falling score in place, then copies the survivors.</summary>
    public static int Select(Span<DetectedFace> candidates, float iou, Span<DetectedFace> kept)
    {
        candidates.Sort(ByScore);
        var count = 0;
        foreach (ref readonly var candidate in candidates)
        {
            if (count == kept.Length)
            {
                break;
            }

            var covered = false;
            for (var i = 0; i < count && !covered; i++)
            {
                covered = FaceBox.Iou(kept[i].Box, candidate.Box) > iou;
            }

            if (!covered)
            {
                kept[count++] = candidate;
            }
        }

        return count;
    }
}
