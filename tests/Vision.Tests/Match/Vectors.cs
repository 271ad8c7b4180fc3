using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Tests.Match;

#pragma warning disable CA5394 // Repeatable, not secret.

/// <summary>Made-up templates.</summary>
internal static class Vectors
{
    internal static PackRef Pack { get; } = new("test", "1.0.0");

    internal static float[] Normal(float[] v)
    {
        TensorPrimitives.Divide(v, TensorPrimitives.Norm<float>(v), v);
        return v;
    }

    /// <summary>A direction without any preference, as embeddings of strangers are.</summary>
    internal static float[] Unit(Random random, int size)
    {
        var v = new float[size];
        for (var i = 0; i < size; i++)
        {
            v[i] = (random.NextSingle() + random.NextSingle() + random.NextSingle()) - 1.5f;
        }

        return Normal(v);
    }

    /// <summary>Another direction at about this distance.</summary>
    internal static float[] Near(Random random, float[] v, float distance)
    {
        var noise = Unit(random, v.Length);
        return Normal([.. v.Select((x, i) => x + (distance * noise[i]))]);
    }

    internal static FaceTemplate Template(string person, float[] vector) => new(Guid.NewGuid(), person, Pack, vector);

    /// <summary>The gallery says exactly what the float scan says.</summary>
    internal static void ShouldMatchAsFloatsDo(this FaceGallery gallery, IReadOnlyList<FaceTemplate> all, float[] probe, string? except = null)
    {
        var (found, expected) = (gallery.Match(probe, except), FloatScan.Of(all, probe, except));
        if (found != expected)
        {
            found.ShouldBe(expected);
        }
    }
}
