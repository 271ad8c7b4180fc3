using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Every pair of persons in a gallery whose faces are within the margin of the threshold: every template is compared with every other
/// person's, exactly, N²/2 dot products, in blocks that stay in the processor's cache.
/// </summary>
public static class LookAlikes
{
    private const int Block = 128;

    /// <param name="templates">Of one pack.</param>
    /// <param name="threshold">In force at the gallery's size.</param>
    /// <param name="margin">Reported from <paramref name="threshold"/> − margin on.</param>
    /// <returns>Each pair once, by falling score.</returns>
    public static IReadOnlyList<LookAlikePair> Find(IReadOnlyList<FaceTemplate> templates, float threshold, float margin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(templates);
        Dictionary<(string, string), float> pairs = [];
        for (var a = 0; a < templates.Count; a += Block)
        {
            for (var b = 0; b <= a; b += Block)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Compare(templates, a, b, threshold - margin, pairs);
            }
        }

        return [.. pairs.Select(p => new LookAlikePair(p.Key.Item1, p.Key.Item2, p.Value, p.Value >= threshold)).OrderByDescending(p => p.Score).ThenBy(p => p.First, StringComparer.Ordinal)];
    }

    private static void Compare(IReadOnlyList<FaceTemplate> templates, int a, int b, float from, Dictionary<(string, string), float> pairs)
    {
        for (var i = a; i < Math.Min(a + Block, templates.Count); i++)
        {
            var left = templates[i];
            var vector = left.Vector.Span;
            for (var j = b; j < Math.Min(b + Block, i); j++)
            {
                var right = templates[j];
                if (left.Person == right.Person)
                {
                    continue;
                }

                var score = TensorPrimitives.Dot(vector, right.Vector.Span);
                if (score < from)
                {
                    continue;
                }

                var key = string.CompareOrdinal(left.Person, right.Person) < 0 ? (left.Person, right.Person) : (right.Person, left.Person);
                if (!pairs.TryGetValue(key, out var known) || score > known)
                {
                    pairs[key] = score;
                }
            }
        }
    }
}
