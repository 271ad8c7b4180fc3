using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Lfw;

namespace Devices.Benchmarks;

/// <summary>Every picture of Labeled Faces in the Wild searched among all others: how often the gallery says other than the float scan.</summary>
internal static class MatchLfw
{
    internal static int Run(string root)
    {
        using var pack = Packs.Open([]);
        var pictures = LfwEmbeddings.List(root);
        LfwEmbeddings.Embed(pack, [.. pictures]);
        var all = pictures.Where(p => p.Embedding is not null).ToArray();
        using var gallery = FaceGallery.For(pack);
        foreach (var picture in all)
        {
            gallery.Add(new FaceTemplate(Guid.NewGuid(), picture.Person, pack.Reference, picture.Embedding!));
        }

        var (asFloats, searches) = (0, 0);
        foreach (var picture in all)
        {
            foreach (var except in (string?[])[null, picture.Person])
            {
                searches++;
                asFloats += gallery.Match(picture.Embedding, except) == Floats(all, picture.Embedding!, except) ? 1 : 0;
            }
        }

        Console.WriteLine($"{all.Length:N0} pictures enrolled; {searches:N0} searches (each picture, and each without its own person); {asFloats:N0} equal the float scan in best person, second person and both scores to the last bit; {(double)gallery.Status.ExactRows / searches:F1} rows a search compared in floats.");
        return asFloats == searches ? 0 : 1;
    }

    private static GalleryMatch Floats(LfwPicture[] all, float[] probe, string? except)
    {
        Candidate best = Candidate.None, second = Candidate.None;
        foreach (var picture in all)
        {
            if (picture.Person == except)
            {
                continue;
            }

            var score = TensorPrimitives.Dot<float>(probe, picture.Embedding);
            if (picture.Person == best.Person)
            {
                best = best with { Score = MathF.Max(best.Score, score) };
            }
            else if (score > best.Score)
            {
                (best, second) = (new Candidate(picture.Person, score), best);
            }
            else if (score > second.Score)
            {
                second = new Candidate(picture.Person, score);
            }
        }

        return new GalleryMatch(best, second, all.Length);
    }
}
