using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Which pictures show one person: linked where they are alike, groups by single links, since with and without glasses may differ while a
/// third picture links them. The link's FMR is the wanted one shared among the comparisons of a picture (Bonferroni), so that more
/// pictures do not let a stranger's slip in.
/// </summary>
internal sealed class PictureGroups
{
    private readonly int[] _group;
    private readonly float[,] _similarity;

    internal PictureGroups(IReadOnlyList<FaceTemplate> templates, PackCalibration calibration, double fmr)
    {
        Threshold = calibration.ThresholdFor(fmr / Math.Max(1, templates.Count - 1)).Threshold;
        _group = [.. Enumerable.Range(0, templates.Count)];
        _similarity = new float[templates.Count, templates.Count];
        for (var i = 1; i < templates.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var similarity = TensorPrimitives.Dot(templates[i].Vector.Span, templates[j].Vector.Span);
                _similarity[i, j] = _similarity[j, i] = similarity;
                if (similarity >= Threshold)
                {
                    Join(i, j);
                }
            }
        }
    }

    /// <summary>Similarity from which two pictures were linked.</summary>
    internal float Threshold { get; }

    /// <summary>The pictures of the one group that holds more than half of all, or null where no group does.</summary>
    internal int[]? Majority => _group.GroupBy(g => g).Select(g => g.Key).Select(Members).FirstOrDefault(m => m.Length * 2 > _group.Length);

    internal float Similarity(int a, int b) => _similarity[a, b];

    /// <summary>The greatest similarity of a picture to any of the others given.</summary>
    internal float Nearest(int picture, IEnumerable<int> others) => others.Where(o => o != picture).Max(o => _similarity[picture, o]);

    private int[] Members(int group) => [.. Enumerable.Range(0, _group.Length).Where(i => _group[i] == group)];

    private void Join(int a, int b)
    {
        var (from, to) = (_group[a], _group[b]);
        for (var i = 0; i < _group.Length; i++)
        {
            if (_group[i] == from)
            {
                _group[i] = to;
            }
        }
    }
}
