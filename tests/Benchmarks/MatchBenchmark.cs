using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Benchmarks;

/// <summary>The exact 1:N scan against a plain scalar loop, and against merely reading the same memory.</summary>
internal static class MatchBenchmark
{
    private const int Size = 512;

    internal static int Run()
    {
        Peers.Header();
        foreach (var templates in (int[])[1_000, 10_000, 100_000])
        {
#pragma warning disable CA5394 // made-up templates, repeatable
            var random = new Random(1);
            var gallery = new FaceGallery(new PackRef("bench", "1.0.0"), Size);
            var block = new float[templates * Size];
            for (var i = 0; i < templates; i++)
            {
                var row = block.AsSpan(i * Size, Size);
                for (var j = 0; j < Size; j++)
                {
                    row[j] = random.NextSingle() - 0.5f;
                }

                TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
                gallery.Add(new FaceTemplate(Guid.NewGuid(), $"p{i / 3}", gallery.Pack, row.ToArray()));
            }
#pragma warning restore CA5394
            var probe = block.AsSpan(0, Size).ToArray();
            var sink = 0f;
            Peers.Compare($"1:{templates:N0} × {Size}", () => sink += gallery.Match(probe).Best.Score,
                "scalar loop", () => sink += Scalar(block, probe));
            Peers.Compare($"1:{templates:N0} × {Size}", () => sink += gallery.Match(probe).Best.Score,
                "sum of the same block (memory bound)", () => sink += TensorPrimitives.Sum<float>(block));
            GC.KeepAlive(sink);
        }

        return 0;
    }

    private static float Scalar(float[] block, float[] probe)
    {
        var best = -1f;
        for (var row = 0; row < block.Length; row += Size)
        {
            var sum = 0f;
            for (var i = 0; i < Size; i++)
            {
                sum += block[row + i] * probe[i];
            }

            best = MathF.Max(best, sum);
        }

        return best;
    }
}
