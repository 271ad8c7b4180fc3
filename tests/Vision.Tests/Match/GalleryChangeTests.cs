using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Tests.Match;

#pragma warning disable CA5394

/// <summary>Searches go on while people come and go; each sees one state; what is removed is gone when the call returns.</summary>
public sealed class GalleryChangeTests : IDisposable
{
    private const int Size = 128;
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("gallery-").FullName;
    private readonly Random _random = new(41);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private FaceGallery Make(bool onDisk, int threads = 1) => new(Vectors.Pack, Size, new GalleryOptions
    {
        FloatsInMemory = 0,
        WorkingDirectory = onDisk ? _directory : null,
        Threads = threads,
        BytesPerThread = 1,
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_removed_template_is_overwritten_in_memory_when_the_call_returns(bool onDisk)
    {
        using var gallery = Make(onDisk);
        gallery.Add(Vectors.Template("ann", Vectors.Unit(_random, Size)));
        gallery.Add(Vectors.Template("bob", Vectors.Unit(_random, Size)));
        var segment = gallery.Store.Current.Segments.ShouldHaveSingleItem();
        Bytes(segment, 0).ShouldContain(b => b != 0);
        gallery.Remove("ann");
        Bytes(segment, 0).ShouldAllBe(b => b == 0);
        (segment.IsAlive(0), segment.Id(0), segment.ScaleOf(0)).ShouldBe((false, Guid.Empty, 0f));
        Bytes(segment, 1).ShouldContain(b => b != 0);
    }

    [Fact]
    public void Memory_goes_back_to_the_system_when_nobody_is_left_in_it()
    {
        using var gallery = Make(onDisk: true);
        var empty = gallery.Status.MemoryBytes;
        for (var i = 0; i < 3000; i++)
        {
            gallery.Add(Vectors.Template($"p{i / 1500}", Vectors.Unit(_random, Size))).ShouldBeNull();
        }

        gallery.Store.Current.Segments.Length.ShouldBe(3);
        gallery.Remove("p1").ShouldBe(1500);
        gallery.Store.Current.Segments.Length.ShouldBe(2);
        gallery.Remove("p0").ShouldBe(1500);
        gallery.Store.Current.Segments.ShouldBeEmpty();
        gallery.Add(Vectors.Template("ann", Vectors.Unit(_random, Size))).ShouldBeNull();
        gallery.Clear();
        gallery.Count.ShouldBe(0);

        // The index of ids keeps its size until everything is cleared.
        gallery.Status.MemoryBytes.ShouldBe(empty);
        gallery.Status.SealedBytes.ShouldBe(0);
    }

    [Fact]
    public void Nothing_of_a_probe_stays_after_the_search()
    {
        using var gallery = Make(onDisk: true);
        var ann = Vectors.Unit(_random, Size);
        gallery.Add(Vectors.Template("ann", ann));
        gallery.Match(ann).Best.Person.ShouldBe("ann");
        var search = gallery.Readers.Take();
        search.Probe.PaddedFloats.ToArray().ShouldAllBe(x => x == 0);
        search.GiveBack();
    }

    [Fact]
    public async Task A_row_is_not_overwritten_while_a_search_can_see_it_and_later_searches_cannot()
    {
        using var gallery = Make(onDisk: false);
        var (ann, bob) = (Vectors.Unit(_random, Size), Vectors.Unit(_random, Size));
        gallery.Add(Vectors.Template("ann", ann));
        gallery.Add(Vectors.Template("bob", bob));

        // A search that is in the middle of its scan.
        var reader = gallery.Readers.Take();
        var before = gallery.Store.Current;
        reader.Enter(before);
        var removing = Task.Run(() => gallery.Remove("ann"), TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => gallery.Count == 1, Generous).ShouldBeTrue();

        // Others see the new state at once and do not wait for the writer, which waits for the reader.
        gallery.Match(ann).Best.Person.ShouldBe("bob");
        Bytes(before.Segments[0], 0).ShouldContain(b => b != 0);
        reader.Run(before, ann, null, 1).Best.Person.ShouldBe("ann");
        removing.IsCompleted.ShouldBeFalse();

        reader.Leave();
        reader.GiveBack();
        (await removing.WaitAsync(Generous, TestContext.Current.CancellationToken)).ShouldBe(1);
        Bytes(before.Segments[0], 0).ShouldAllBe(b => b == 0);
    }

    [Fact]
    public void Recognize_1104_a_search_does_not_wait_for_a_change_that_is_under_way()
    {
        using var gallery = Make(onDisk: false);
        var ann = Vectors.Unit(_random, Size);
        gallery.Add(Vectors.Template("ann", ann));
        GalleryMatch? meanwhile = null;

        // The last time the gallery reads this list it holds the writers' lock and has filled one row.
        var list = new Interrupted([Vectors.Template("bob", Vectors.Unit(_random, Size)), Vectors.Template("bob", ann)], () =>
        {
            var search = Task.Run(() => gallery.Match(ann));
            search.Wait(Generous).ShouldBeTrue("the search waited for the writer");
            meanwhile = search.Result;
        });
        gallery.Replace("bob", list).ShouldBeNull();
        list.Times.ShouldBeGreaterThan(2);
        meanwhile!.Value.ShouldBe(new GalleryMatch(new Candidate("ann", gallery.Match(ann).Best.Score), Candidate.None, 1));
        gallery.Count.ShouldBe(3);
    }

    [Fact]
    public void Slots_of_people_who_left_are_used_again()
    {
        using var gallery = Make(onDisk: true);
        var model = new List<FaceTemplate>();
        for (var round = 0; round < 60; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                var template = Vectors.Template($"p{round % 20}", Vectors.Unit(_random, Size));
                model.Add(template);
                gallery.Add(template).ShouldBeNull();
            }

            var leaver = $"p{(round * 7) % 20}";
            gallery.Remove(leaver).ShouldBe(model.RemoveAll(t => t.Person == leaver));
            gallery.Count.ShouldBe(model.Count);
        }

        gallery.Store.Current.Segments.Length.ShouldBeLessThanOrEqualTo((model.Count / 1024) + 2);
        gallery.Export().Select(t => t.Id).Order().ShouldBe(model.Select(t => t.Id).Order());
        gallery.Persons.ShouldBe(model.Select(t => t.Person).Distinct().Order(StringComparer.Ordinal));
        foreach (var template in model.Take(50))
        {
            gallery.ShouldMatchAsFloatsDo(model, Vectors.Near(_random, template.Vector.ToArray(), 0.4f));
            gallery.Add(template)!.Code.ShouldBe(GalleryFaultCode.DuplicateTemplate);
        }
    }

    [Fact]
    public void A_template_of_a_person_may_be_put_in_again_with_the_same_id_but_not_under_another_person()
    {
        using var gallery = Make(onDisk: false);
        var template = Vectors.Template("ann", Vectors.Unit(_random, Size));
        gallery.Replace("ann", [template]).ShouldBeNull();
        gallery.Replace("ann", [template]).ShouldBeNull();
        gallery.Count.ShouldBe(1);
        gallery.Replace("bob", [template with { Person = "bob" }])!.Code.ShouldBe(GalleryFaultCode.DuplicateTemplate);
        gallery.Replace("ann", [template, template])!.Code.ShouldBe(GalleryFaultCode.DuplicateTemplate);
        gallery.Persons.ShouldBe(["ann"]);
        gallery.Replace("ann", []).ShouldBeNull();
        gallery.Persons.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    public async Task Under_constant_change_every_search_sees_one_state_and_never_somebody_who_was_removed(bool onDisk, int threads)
    {
        // ann always has one of two sets of templates: {far, near} or {nearer}. A search that saw a Replace half done
        // would find {far} alone, {near} with {nearer}, or nobody. guest comes and goes; walk-ins fill and free slots.
        using var gallery = Make(onDisk, threads);
        var probe = Vectors.Unit(_random, Size);
        var far = Vectors.Near(_random, probe, 1.2f);
        var near = Vectors.Near(_random, probe, 0.5f);
        var nearer = Vectors.Near(_random, probe, 0.3f);
        float[] allowed = [Score(probe, near), Score(probe, nearer)];
        gallery.Replace("ann", [Vectors.Template("ann", far), Vectors.Template("ann", near)]).ShouldBeNull();
        var crowd = Enumerable.Range(0, 2500).Select(i => Vectors.Template($"p{i}", Vectors.Unit(_random, Size))).ToArray();
        foreach (var template in crowd)
        {
            gallery.Add(template).ShouldBeNull();
        }

        var second = FloatScan.Of(crowd, probe).Best;
        using var stop = new CancellationTokenSource();
        var searches = 0L;
        var searchers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var match = gallery.Match(probe);
                match.Best.Person.ShouldBe("ann");
                allowed.ShouldContain(match.Best.Score);
                match.Second.Score.ShouldBeGreaterThanOrEqualTo(second.Score);

                // crowd, one or two of ann, guest or not, 0 to 40 walk-ins; one state, one number for each.
                match.Templates.ShouldBeInRange(2501, 2543);
                Interlocked.Increment(ref searches);
            }
        })).ToArray();

        var guest = Vectors.Unit(_random, Size);
        for (var round = 0; round < 60 || (Interlocked.Read(ref searches) < 150 && round < 20_000); round++)
        {
            gallery.Replace("ann", round % 2 == 0 ? [Vectors.Template("ann", nearer)] : [Vectors.Template("ann", far), Vectors.Template("ann", near)]).ShouldBeNull();
            gallery.Match(probe).Best.Score.ShouldBe(allowed[round % 2 == 0 ? 1 : 0]);
            gallery.Add(Vectors.Template("guest", guest)).ShouldBeNull();
            gallery.Match(guest).Best.Person.ShouldBe("guest");
            gallery.Remove("guest").ShouldBe(1);
            gallery.Match(guest).Best.Person.ShouldNotBe("guest");
            if (round % 10 == 0)
            {
                gallery.Replace("walk-in", [.. Enumerable.Range(0, 40).Select(_ => Vectors.Template("walk-in", Vectors.Unit(_random, Size)))]).ShouldBeNull();
            }
            else if (round % 10 == 5)
            {
                gallery.Remove("walk-in").ShouldBe(40);
            }

            searchers.ShouldAllBe(s => !s.IsFaulted);
        }

        await stop.CancelAsync();
        await Task.WhenAll(searchers).WaitAsync(Generous, TestContext.Current.CancellationToken);
        gallery.Remove("walk-in");
        gallery.Remove("ann");
        gallery.Export().Select(t => t.Id).Order().ShouldBe(crowd.Select(t => t.Id).Order());
        gallery.Match(probe).Best.ShouldBe(second);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_allocates_nothing(bool onDisk)
    {
        using var gallery = Make(onDisk);
        for (var i = 0; i < 1500; i++)
        {
            gallery.Add(Vectors.Template($"p{i / 2}", Vectors.Unit(_random, Size))).ShouldBeNull();
        }

        var probes = Enumerable.Range(0, 50).Select(_ => Vectors.Unit(_random, Size)).ToArray();
        Span<long> allocated = stackalloc long[3];
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var probe in probes)
            {
                gallery.Match(probe, except: "p7");
            }

            allocated[round] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        allocated[2].ShouldBe(0);
    }

    private static float Score(float[] probe, float[] row) => System.Numerics.Tensors.TensorPrimitives.Dot<float>(probe, row);

    private static unsafe sbyte[] Bytes(Segment segment, int row) => new ReadOnlySpan<sbyte>(segment.Row(row), Size).ToArray();

    /// <summary>A list that calls out before its second item, each time but the first two it is gone through.</summary>
    private sealed class Interrupted(FaceTemplate[] items, Action interrupt) : IReadOnlyCollection<FaceTemplate>
    {
        public int Count => items.Length;

        internal int Times { get; private set; }

        public IEnumerator<FaceTemplate> GetEnumerator()
        {
            Times++;
            yield return items[0];
            if (Times > 2)
            {
                interrupt();
            }

            yield return items[1];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
