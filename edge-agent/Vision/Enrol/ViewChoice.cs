namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Which pictures become templates: the best one first, then always the one that differs most from those kept (farthest point first,
/// Gonzalez 1985), until all that is left is nearly the same as one kept, or there are enough.
/// </summary>
internal sealed class ViewChoice
{
    private ViewChoice(int[] kept, List<(int, int?)> left)
    {
        Kept = kept;
        Left = left;
    }

    /// <summary>In the order of the pictures.</summary>
    internal int[] Kept { get; }

    /// <summary>Those not kept, each with the kept one that shows nearly the same; null where it was one view too many.</summary>
    internal IReadOnlyList<(int Picture, int? Like)> Left { get; }

    internal static ViewChoice Of(IReadOnlyList<int> pictures, Func<int, float> quality, Func<int, int, float> similarity, EnrolmentOptions options)
    {
        List<int> kept = [pictures.MaxBy(quality)];
        List<int> open = [.. pictures.Where(p => p != kept[0])];
        List<(int, int?)> left = [];
        while (open.Count > 0)
        {
            var next = open.MinBy(p => kept.Max(k => similarity(p, k)));
            open.Remove(next);
            var like = kept.MaxBy(k => similarity(next, k));
            if (similarity(next, like) >= options.NearlySame)
            {
                left.Add((next, like));
            }
            else if (kept.Count >= options.MaximumTemplates)
            {
                left.Add((next, null));
            }
            else
            {
                kept.Add(next);
            }
        }

        return new ViewChoice([.. kept.Order()], left);
    }
}
