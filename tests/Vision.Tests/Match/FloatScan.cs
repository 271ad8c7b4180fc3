using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision.Tests.Match;

/// <summary>What the gallery is held against, by tests and by the benchmark: every template in floats, one after the other.</summary>
internal static class FloatScan
{
    /// <param name="all">In the gallery's own order, which decides between equal scores.</param>
    internal static GalleryMatch Of(IReadOnlyList<FaceTemplate> all, float[] probe, string? except = null)
    {
        Candidate best = Candidate.None, second = Candidate.None;
        foreach (var template in all)
        {
            if (template.Person == except)
            {
                continue;
            }

            var score = TensorPrimitives.Dot<float>(probe, template.Vector.Span);
            if (score > best.Score && template.Person != best.Person)
            {
                (best, second) = (new Candidate(template.Person, score), best);
            }
            else if (template.Person == best.Person)
            {
                best = best with { Score = MathF.Max(best.Score, score) };
            }
            else if (score > second.Score)
            {
                second = new Candidate(template.Person, score);
            }
        }

        return new GalleryMatch(best, second, all.Count);
    }
}
