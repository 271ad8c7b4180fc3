using System.Numerics.Tensors;
using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Tests.Match;

/// <summary>The bound holds for the scores as computed, and is not larger than it must be.</summary>
public sealed unsafe class ScoreBoundTests
{
    private const int Size = 512;

    private static float[] Spiky(Random random)
    {
        // A few large values make the steps coarse for all others.
#pragma warning disable CA5394
        var v = Vectors.Unit(random, Size);
        v[random.Next(Size)] += 0.9f;
        v[random.Next(Size)] -= 0.7f;
#pragma warning restore CA5394
        return Vectors.Normal(v);
    }

    // How far the estimates lie from the float score, as shares of what the bound allows.
    private static (double Bytes, double Floats) Shares(float[] row, float[] probe)
    {
        var quantized = new QuantizedProbe(Size);
        quantized.Set(probe);
        var values = new AlignedBlock<sbyte>(quantized.Stride);
        var (scale, error, _) = Quantizer.Quantize(row, values.Span);
        int dot;
        new ScalarKernel().Dots(quantized, values.Pointer, 1, &dot);
        var exact = TensorPrimitives.Dot<float>(probe, row);
        var bytes = dot * (scale * quantized.Scale);
        var floats = MixedDot.Of(values.Pointer, quantized.PaddedFloats) * scale;
        return (Math.Abs(exact - bytes) / ScoreBound.Bytes(quantized).Of(error), Math.Abs(exact - floats) / ScoreBound.Floats(quantized).Of(error));
    }

    [Fact]
    public void No_score_of_usual_and_of_spiky_templates_leaves_the_bound()
    {
        var random = new Random(21);
        for (var i = 0; i < 4000; i++)
        {
            var row = i % 2 == 0 ? Vectors.Unit(random, Size) : Spiky(random);
            var probe = (i % 4) switch { 0 => Vectors.Unit(random, Size), 1 => Spiky(random), 2 => row, _ => Vectors.Near(random, row, 0.5f) };
            var (bytes, floats) = Shares(row, probe);
            bytes.ShouldBeLessThanOrEqualTo(1);
            floats.ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void The_worst_probe_there_is_stays_within_the_bound_and_nearly_reaches_it()
    {
        // Cauchy and Schwarz's equality: the probe points along what quantisation took from the row.
        var random = new Random(22);
        var nearest = 0.0;
        for (var i = 0; i < 200; i++)
        {
            var row = i % 2 == 0 ? Vectors.Unit(random, Size) : Spiky(random);
            var values = new sbyte[Size];
            var (scale, _, _) = Quantizer.Quantize(row, values);
            var lost = Vectors.Normal([.. row.Select((x, j) => x - (scale * values[j]))]);
            var (bytes, floats) = Shares(row, lost);
            bytes.ShouldBeLessThanOrEqualTo(1);
            floats.ShouldBeLessThanOrEqualTo(1);
            nearest = Math.Max(nearest, floats);
        }

        nearest.ShouldBeGreaterThan(0.95);
    }

    [Fact]
    public void Probes_that_are_tiny_huge_zero_or_one_single_value_stay_within_the_bound()
    {
        var random = new Random(23);
        var row = Vectors.Unit(random, Size);
        var single = new float[Size];
        single[77] = 1;
        foreach (var probe in (float[][])[new float[Size], single, [.. row.Select(x => x * 1e-25f)], [.. row.Select(x => x * 1e-35f)], [.. row.Select(x => x * 1e6f)]])
        {
            var (bytes, floats) = Shares(row, probe);
            bytes.ShouldBeLessThanOrEqualTo(1);
            floats.ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void Nothing_quantises_to_minus_128()
    {
        var values = new sbyte[Size];
        var row = new float[Size];
        row[0] = -1;
        row[1] = 1;
        Quantizer.Quantize(row, values).Scale.ShouldBe(1f / 127);
        (values[0], values[1], values[2]).ShouldBe(((sbyte)-127, (sbyte)127, (sbyte)0));
    }
}
