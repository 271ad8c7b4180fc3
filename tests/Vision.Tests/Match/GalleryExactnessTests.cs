using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Tests.Match;

#pragma warning disable CA5394

/// <summary>Best person, best other person and both scores are those of the float scan, bit for bit, whatever is enrolled.</summary>
public sealed class GalleryExactnessTests : IDisposable
{
    private const int Size = 512;
    private readonly string _directory = Directory.CreateTempSubdirectory("gallery-").FullName;

    public static TheoryData<string, int, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, int, bool>();
            foreach (var kernel in DotKernel.Supported)
            {
                ways.Add(kernel.Name, 1, false);
            }

            ways.Add(DotKernel.Best.Name, 4, false);
            ways.Add(DotKernel.Best.Name, 1, true);
            ways.Add(DotKernel.Best.Name, 3, true);
            return ways;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private FaceGallery Make(string kernel, int threads, bool onDisk) => new(Vectors.Pack, Size, new GalleryOptions
    {
        Threads = threads,
        BytesPerThread = 1,
        FloatsInMemory = 0,
        WorkingDirectory = onDisk ? _directory : null,
    }, DotKernel.All.Single(k => k.Name == kernel));

    private static void Fill(FaceGallery gallery, IEnumerable<FaceTemplate> templates)
    {
        foreach (var template in templates)
        {
            gallery.Add(template).ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Strangers_people_enrolled_and_means_of_several_frames_score_as_in_floats(string kernel, int threads, bool onDisk)
    {
        var random = new Random(31);
        using var gallery = Make(kernel, threads, onDisk);
        var all = Enumerable.Range(0, 3000).Select(i => Vectors.Template($"p{i / 3}", Vectors.Unit(random, Size))).ToArray();
        Fill(gallery, all);
        for (var round = 0; round < 60; round++)
        {
            var of = all[random.Next(all.Length)];
            var probe = (round % 4) switch
            {
                0 => Vectors.Unit(random, Size),
                1 => Vectors.Near(random, of.Vector.ToArray(), 0.8f),
                2 => of.Vector.ToArray(),
                _ => [.. of.Vector.ToArray().Zip(Vectors.Near(random, of.Vector.ToArray(), 1f), (a, b) => (a + b) / 2)],
            };
            gallery.ShouldMatchAsFloatsDo(all, probe);
            gallery.ShouldMatchAsFloatsDo(all, probe, except: of.Person);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Templates_nearer_to_each_other_than_quantisation_can_tell_are_told_apart(string kernel, int threads, bool onDisk)
    {
        // 400 people within 0.0005 of one direction: the bytes alone put another person first for many probes.
        var random = new Random(32);
        using var gallery = Make(kernel, threads, onDisk);
        var centre = Vectors.Unit(random, Size);
        var all = Enumerable.Range(0, 1500).Select(i => Vectors.Template($"p{i}", i % 4 == 0 ? Vectors.Near(random, centre, 0.0005f) : Vectors.Unit(random, Size))).ToArray();
        Fill(gallery, all);
        var misled = 0;
        for (var round = 0; round < 12; round++)
        {
            var probe = Vectors.Near(random, centre, 0.6f);
            gallery.ShouldMatchAsFloatsDo(all, probe);
            misled += RankInBytes(all, probe)[0] == FloatScan.Of(all, probe).Best.Person ? 0 : 1;
        }

        misled.ShouldBeGreaterThan(6, "else this test proves nothing");
        (gallery.Status.ExactRows / gallery.Status.Searches).ShouldBeGreaterThan(100, "the 32 nearest alone would not have been enough");
    }

    [Fact]
    public void The_row_that_bytes_rank_lowest_of_forty_is_still_found()
    {
        // The best by floats loses the most to quantisation: its remainder points along the probe, the others' against it.
        var random = new Random(33);
        var probe = Vectors.Unit(random, Size);
        var all = new List<FaceTemplate>();
        for (var i = 0; i < 40; i++)
        {
            var (sign, cosine) = i == 39 ? (1, 0.700f) : (-1, 0.707f);
            var row = At(random, probe, cosine);
            var values = new sbyte[Size];
            var (scale, _, _) = Quantizer.Quantize(row, values);

            // Each value moves within its step, away from where it would round elsewhere; the largest stays, so the step stays.
            var moved = row.Select((x, j) => Math.Abs(values[j]) == 127 ? x : scale * (values[j] + (sign * 0.45f * MathF.Sign(probe[j])))).ToArray();
            all.Add(Vectors.Template($"p{i}", Vectors.Normal(moved)));
        }

        using var gallery = new FaceGallery(Vectors.Pack, Size);
        Fill(gallery, all);
        gallery.ShouldMatchAsFloatsDo(all, probe);
        gallery.Match(probe).Best.Person.ShouldBe("p39");
        RankInBytes(all, probe)[^1].ShouldBe("p39");
    }

    [Fact]
    public void Of_equal_scores_the_first_enrolled_counts_and_the_second_is_another_person()
    {
        var random = new Random(34);
        var same = Vectors.Unit(random, Size);
        var all = Enumerable.Range(0, 200).Select(i => Vectors.Template($"p{i / 2}", same)).ToArray();
        using var gallery = new FaceGallery(Vectors.Pack, Size);
        Fill(gallery, all);
        gallery.ShouldMatchAsFloatsDo(all, same);
        var match = gallery.Match(same);
        (match.Best.Person, match.Second.Person, match.Margin).ShouldBe(("p0", "p1", 0f));
        gallery.ShouldMatchAsFloatsDo(all, same, except: "p0");
    }

    [Fact]
    public void Many_templates_of_one_person_do_not_hide_the_second_person()
    {
        var random = new Random(35);
        var face = Vectors.Unit(random, Size);
        var all = Enumerable.Range(0, 500).Select(i => Vectors.Template(i == 250 ? "other" : "ann", i == 250 ? Vectors.Unit(random, Size) : Vectors.Near(random, face, 0.2f))).ToArray();
        using var gallery = new FaceGallery(Vectors.Pack, Size);
        Fill(gallery, all);
        for (var i = 0; i < 20; i++)
        {
            gallery.ShouldMatchAsFloatsDo(all, Vectors.Near(random, face, 0.5f));
        }

        gallery.Match(face).Second.Person.ShouldBe("other");
    }

    [Fact]
    public void A_probe_that_is_not_finite_resembles_nobody()
    {
        var random = new Random(36);
        using var gallery = new FaceGallery(Vectors.Pack, Size);
        gallery.Add(Vectors.Template("ann", Vectors.Unit(random, Size)));
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            var probe = Vectors.Unit(random, Size);
            probe[5] = bad;
            gallery.Match(probe).ShouldBe(new GalleryMatch(Candidate.None, Candidate.None, 1));
        }
    }

    [Fact]
    public void Zero_tiny_and_opposite_probes_score_as_in_floats()
    {
        var random = new Random(37);
        var all = Enumerable.Range(0, 100).Select(i => Vectors.Template($"p{i}", Vectors.Unit(random, Size))).ToArray();
        using var gallery = new FaceGallery(Vectors.Pack, Size);
        Fill(gallery, all);
        var one = all[40].Vector.ToArray();
        gallery.ShouldMatchAsFloatsDo(all, new float[Size]);
        gallery.ShouldMatchAsFloatsDo(all, [.. one.Select(x => -x)]);
        gallery.ShouldMatchAsFloatsDo(all, [.. one.Select(x => x * 1e-30f)]);
        gallery.ShouldMatchAsFloatsDo(all, [.. one.Select(x => x * 0.01f)]);
        gallery.ShouldMatchAsFloatsDo(all, one, except: "p40");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(513)]
    public void Embeddings_of_any_size_score_as_in_floats(int size)
    {
        var random = new Random(38);
        var all = Enumerable.Range(0, 300).Select(i => Vectors.Template($"p{i / 2}", Vectors.Unit(random, size))).ToArray();
        using var gallery = new FaceGallery(Vectors.Pack, size);
        Fill(gallery, all);
        for (var i = 0; i < 50; i++)
        {
            gallery.ShouldMatchAsFloatsDo(all, Vectors.Unit(random, size));
        }
    }

    // A direction at exactly this cosine to another.
    private static float[] At(Random random, float[] probe, float cosine)
    {
        var other = Vectors.Unit(random, probe.Length);
        var along = System.Numerics.Tensors.TensorPrimitives.Dot<float>(other, probe);
        var across = Vectors.Normal([.. other.Select((x, i) => x - (along * probe[i]))]);
        return [.. probe.Select((x, i) => (cosine * x) + (MathF.Sqrt(1 - (cosine * cosine)) * across[i]))];
    }

    private static unsafe string[] RankInBytes(IReadOnlyList<FaceTemplate> all, float[] probe)
    {
        var quantized = new QuantizedProbe(Size);
        quantized.Set(probe);
        var values = new AlignedBlock<sbyte>(quantized.Stride);
        return [.. all.OrderByDescending(t =>
        {
            var (scale, _, _) = Quantizer.Quantize(t.Vector.Span, values.Span);
            int dot;
            DotKernel.Best.Dots(quantized, values.Pointer, 1, &dot);
            return dot * scale;
        }).Select(t => t.Person)];
    }
}
