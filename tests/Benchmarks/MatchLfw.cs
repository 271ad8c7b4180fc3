using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Match;

namespace Devices.Benchmarks;

/// <summary>Every picture of Labeled Faces in the Wild searched among all others: how often the gallery says other than the float scan.</summary>
internal static class MatchLfw
{
    internal static int Run(string root)
    {
        using var pack = Packs.Open([]);
        var pictures = PictureFolder.Read(root).Pictures;
        PictureEmbedder.Embed(pack, pictures);
        var all = pictures.Where(p => p.HasFace).Select(p => new FaceTemplate(Guid.NewGuid(), p.Person, pack.Templates, p.Embedding!)).ToArray();
        using var gallery = FaceGallery.For(pack);
        foreach (var template in all)
        {
            if (gallery.Add(template) is { } fault)
            {
                throw new InvalidOperationException(fault.Message);
            }
        }

        var (asFloats, searches) = (0, 0);
        foreach (var template in all)
        {
            var probe = template.Vector.ToArray();
            foreach (var except in (string?[])[null, template.Person])
            {
                searches++;
                asFloats += gallery.Match(probe, except) == FloatScan.Of(all, probe, except) ? 1 : 0;
            }
        }

        Console.WriteLine($"{all.Length:N0} pictures enrolled; {searches:N0} searches (each picture, and each without its own person); {asFloats:N0} equal the float scan in best person, second person and both scores to the last bit; {(double)gallery.Status.ExactRows / searches:F1} rows a search compared in floats.");
        return asFloats == searches ? 0 : 1;
    }
}
