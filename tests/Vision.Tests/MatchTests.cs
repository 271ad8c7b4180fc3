using System.Numerics.Tensors;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Tests;

public sealed class MatchTests
{
    private const int Size = 64;
    private static readonly PackRef Pack = new("test", "1.0.0");

    private static float[] Unit(Random random)
    {
#pragma warning disable CA5394
        var v = new float[Size];
        for (var i = 0; i < Size; i++)
        {
            v[i] = random.NextSingle() - 0.5f;
        }
#pragma warning restore CA5394
        TensorPrimitives.Divide(v, TensorPrimitives.Norm<float>(v), v);
        return v;
    }

    private static FaceTemplate Template(string person, float[] vector, PackRef? pack = null) => new(Guid.NewGuid(), person, pack ?? Pack, vector);

    [Fact]
    public void The_best_person_and_the_best_other_person_equal_a_naive_search()
    {
        var random = new Random(7);
        var gallery = new FaceGallery(Pack, Size);
        var all = new List<(string Person, float[] Vector)>();
        for (var i = 0; i < 900; i++)
        {
            all.Add(($"p{i % 211}", Unit(random)));
            gallery.Add(Template(all[^1].Person, all[^1].Vector)).ShouldBeNull();
        }

        for (var round = 0; round < 400; round++)
        {
            var probe = Unit(random);
            var byPerson = all.GroupBy(t => t.Person)
                .Select(g => (Person: g.Key, Score: g.Max(t => TensorPrimitives.Dot<float>(probe, t.Vector))))
                .OrderByDescending(t => t.Score).Take(2).ToArray();
            var match = gallery.Match(probe);
            (match.Best.Person, match.Best.Score).ShouldBe(byPerson[0]);
            (match.Second.Person, match.Second.Score).ShouldBe(byPerson[1]);
            match.Templates.ShouldBe(900);
        }
    }

    [Fact]
    public void A_person_can_be_left_out_of_a_search()
    {
        var random = new Random(8);
        var gallery = new FaceGallery(Pack, Size);
        var a = Unit(random);
        gallery.Add(Template("ann", a));
        gallery.Add(Template("bob", Unit(random)));
        gallery.Match(a).Best.Person.ShouldBe("ann");
        var without = gallery.Match(a, except: "ann");
        without.Best.Person.ShouldBe("bob");
        without.Second.Person.ShouldBeNull();
    }

    [Fact]
    public void An_empty_gallery_knows_nobody()
    {
        var match = new FaceGallery(Pack, Size).Match(new float[Size]);
        match.Best.Person.ShouldBeNull();
        match.Second.Person.ShouldBeNull();
    }

    [Fact]
    public void A_template_of_another_pack_is_refused_with_both_names()
    {
        var fault = new FaceGallery(Pack, Size).Add(Template("ann", Unit(new Random(1)), new PackRef("test", "2.0.0")))!;
        fault.Code.ShouldBe(GalleryFaultCode.OtherPack);
        fault.Message.ShouldContain("test@2.0.0");
        fault.Message.ShouldContain("test@1.0.0");
    }

    [Fact]
    public void Templates_of_the_wrong_size_or_length_are_refused()
    {
        var gallery = new FaceGallery(Pack, Size);
        gallery.Add(Template("ann", new float[Size - 1]))!.Code.ShouldBe(GalleryFaultCode.WrongSize);
        gallery.Add(Template("ann", new float[Size]))!.Code.ShouldBe(GalleryFaultCode.NotUnitLength);
        var nan = new float[Size];
        nan[0] = float.NaN;
        gallery.Add(Template("ann", nan))!.Code.ShouldBe(GalleryFaultCode.NotUnitLength);
        gallery.Count.ShouldBe(0);
    }

    [Fact]
    public void The_same_template_is_not_added_twice()
    {
        var gallery = new FaceGallery(Pack, Size);
        var template = Template("ann", Unit(new Random(1)));
        gallery.Add(template).ShouldBeNull();
        gallery.Add(template)!.Code.ShouldBe(GalleryFaultCode.DuplicateTemplate);
    }

    [Fact]
    public void Removing_a_person_erases_every_template_and_keeps_the_others()
    {
        var random = new Random(9);
        var gallery = new FaceGallery(Pack, Size);
        var mine = Unit(random);
        for (var i = 0; i < 40; i++)
        {
            gallery.Add(Template(i % 4 == 0 ? "gone" : $"p{i}", i == 13 ? mine : Unit(random)));
        }

        gallery.Remove("gone").ShouldBe(10);
        gallery.Remove("gone").ShouldBe(0);
        gallery.Count.ShouldBe(30);
        gallery.Persons.ShouldNotContain("gone");
        gallery.Match(mine).Best.Person.ShouldBe("p13");
    }

    [Fact]
    public void Replacing_changes_all_or_nothing()
    {
        var random = new Random(10);
        var gallery = new FaceGallery(Pack, Size);
        gallery.Replace("ann", [Template("ann", Unit(random)), Template("ann", Unit(random))]).ShouldBeNull();
        gallery.Replace("ann", [Template("ann", Unit(random)), Template("ann", new float[3])])!.Code.ShouldBe(GalleryFaultCode.WrongSize);
        gallery.Count.ShouldBe(2);
        gallery.Replace("ann", [Template("bob", Unit(random))])!.Code.ShouldBe(GalleryFaultCode.NoPerson);
        gallery.Replace("ann", [Template("ann", Unit(random))]).ShouldBeNull();
        gallery.Count.ShouldBe(1);
    }

    [Fact]
    public void Exported_templates_survive_their_bytes_and_damaged_bytes_are_refused()
    {
        var gallery = new FaceGallery(Pack, Size);
        gallery.Add(Template("安娜", Unit(new Random(11))));
        var exported = gallery.Export().ShouldHaveSingleItem();
        var bytes = FaceTemplateCodec.Encode(exported);
        FaceTemplateCodec.TryDecode(bytes, out var back).ShouldBeTrue();
        (back.Id, back.Person, back.Pack).ShouldBe((exported.Id, "安娜", Pack));
        back.Vector.ToArray().ShouldBe(exported.Vector.ToArray());
        exported.ToString().ShouldNotContain(exported.Vector.Span[0].ToString(System.Globalization.CultureInfo.InvariantCulture));

        for (var cut = 0; cut < bytes.Length; cut += 3)
        {
            FaceTemplateCodec.TryDecode(bytes.AsSpan(0, cut), out _).ShouldBeFalse();
        }

        bytes[^1] = 0x7F;
        FaceTemplateCodec.TryDecode(bytes, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Searching_and_changing_from_two_threads_never_mixes_persons()
    {
        var random = new Random(12);
        var gallery = new FaceGallery(Pack, Size);
        var ann = Unit(random);
        gallery.Add(Template("ann", ann));
        var others = Enumerable.Range(0, 50).Select(i => Template($"p{i}", Unit(random))).ToArray();
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var other in others)
                {
                    gallery.Replace(other.Person, [other]);
                }

                foreach (var other in others)
                {
                    gallery.Remove(other.Person);
                }
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3000; i++)
        {
            gallery.Match(ann).Best.ShouldBe(new Candidate("ann", TensorPrimitives.Dot<float>(ann, ann)));
        }

        await stop.CancelAsync();
        await writer.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}
