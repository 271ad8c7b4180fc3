using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Every search of an open-set evaluation, with the best scores at each gallery size. Persons are dealt into five
/// parts. Each part in turn are strangers (all their pictures search, none is enrolled) while the others fill the
/// gallery: first those who have probes, in a drawn order, then those who have none (distractors), then made-up ones.
/// So everybody is a stranger once, and no search meets a gallery that holds the searcher unless it should.
/// </summary>
internal sealed class OpenSetSearch
{
    internal const int Parts = 5;

    private OpenSetSearch(List<Found>[] mated, List<Found>[] nonMated, int[] templates, int[] distractors)
    {
        Mated = mated;
        NonMated = nonMated;
        Templates = templates;
        Distractors = distractors;
    }

    /// <summary>One search: whose face it was, its score with that person (mated), and the best score of anybody else.</summary>
    internal readonly record struct Found(int Person, float Own, float Other);

    /// <summary>By gallery size.</summary>
    internal List<Found>[] Mated { get; }

    internal List<Found>[] NonMated { get; }

    /// <summary>Templates in the gallery of each size (of the first part; they differ by single ones where several are enrolled).</summary>
    internal int[] Templates { get; }

    internal int[] Distractors { get; }

    /// <summary>The largest gallery of real persons that every part can fill.</summary>
    internal static int LargestReal(IReadOnlyList<EnrolledPerson> people)
    {
        var enrolled = people.Count(p => p.Templates.Count > 0);
        return enrolled - (int)Math.Ceiling(enrolled / (double)Parts) - 1;
    }

    /// <param name="sizes">Persons in the gallery, rising.</param>
    /// <param name="synthetic">Enough to fill the largest gallery.</param>
    /// <param name="parentOf">The person of each template that they were mixed of.</param>
    internal static OpenSetSearch Run(IReadOnlyList<EnrolledPerson> people, IReadOnlyList<int> sizes, IReadOnlyList<SyntheticTemplates.Mixture> synthetic, IReadOnlyList<int> parentOf, int mostProbes, int seed, CancellationToken cancellationToken)
    {
        var mated = sizes.Select(_ => new List<Found>()).ToArray();
        var nonMated = sizes.Select(_ => new List<Found>()).ToArray();
        var templates = new int[sizes.Count];
        var distractors = new int[sizes.Count];
        var part = Deal(people, seed, out var order);
        for (var stranger = 0; stranger < Parts; stranger++)
        {
            var gallery = order.Where(p => part[p.Index] != stranger && p.Templates.Count > 0).ToArray();
            var rows = new List<float[]>();
            var owner = new List<(int A, int B)>();
            var ends = new int[sizes.Count];
            var place = new Dictionary<int, int>();
            var largest = sizes[^1];
            for (var i = 0; i < largest; i++)
            {
                if (i < gallery.Length)
                {
                    place[gallery[i].Index] = i;
                    foreach (var template in gallery[i].Templates)
                    {
                        rows.Add(template.Embedding!);
                        owner.Add((gallery[i].Index, -1));
                    }
                }
                else
                {
                    var made = synthetic[i - gallery.Length];
                    rows.Add(made.Vector);
                    owner.Add((parentOf[made.ParentA], parentOf[made.ParentB]));
                }

                for (var s = 0; s < sizes.Count; s++)
                {
                    if (sizes[s] == i + 1)
                    {
                        ends[s] = rows.Count;
                    }
                }
            }

            if (stranger == 0)
            {
                ends.CopyTo(templates, 0);
                for (var s = 0; s < sizes.Count; s++)
                {
                    distractors[s] = gallery.Take(sizes[s]).Count(p => !p.IsMated);
                }
            }

            var searches = people.SelectMany(p => part[p.Index] == stranger
                ? p.Templates.Concat(p.Probes).Take(mostProbes).Select(q => (Person: p.Index, Picture: q, At: -1))
                : place.TryGetValue(p.Index, out var at) ? p.Probes.Select(q => (Person: p.Index, Picture: q, At: at)) : []).ToArray();
            var found = new (float Own, float[] Others)[searches.Length];
            Parallel.For(0, searches.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                i => found[i] = Search(searches[i].Picture, searches[i].Person, rows, owner, ends));
            for (var i = 0; i < searches.Length; i++)
            {
                for (var s = 0; s < sizes.Count; s++)
                {
                    if (searches[i].At < 0)
                    {
                        nonMated[s].Add(new Found(searches[i].Person, -1, found[i].Others[s]));
                    }
                    else if (searches[i].At < sizes[s])
                    {
                        mated[s].Add(new Found(searches[i].Person, found[i].Own, found[i].Others[s]));
                    }
                }
            }
        }

        return new OpenSetSearch(mated, nonMated, templates, distractors);
    }

    // One pass over the largest gallery gives the best other person at every size.
    private static (float Own, float[] Others) Search(EvaluationPicture picture, int person, List<float[]> rows, List<(int A, int B)> owner, int[] ends)
    {
        var others = new float[ends.Length];
        if (picture.Embedding is not { } probe)
        {
            Array.Fill(others, -1);
            return (-1, others);
        }

        float own = -1, other = -1;
        var size = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var score = TensorPrimitives.Dot<float>(probe, rows[i]);
            if (owner[i].A == person && owner[i].B < 0)
            {
                own = MathF.Max(own, score);
            }
            else if (owner[i].A != person && owner[i].B != person && score < PairScores.SamePhotograph)
            {
                other = MathF.Max(other, score);
            }

            while (size < ends.Length && ends[size] == i + 1)
            {
                others[size++] = other;
            }
        }

        return (own, others);
    }

    private static int[] Deal(IReadOnlyList<EnrolledPerson> people, int seed, out EnrolledPerson[] order)
    {
#pragma warning disable CA5394 // A fixed seed: the same draw on every machine.
        var random = new Random(seed);
        EnrolledPerson[] mated = [.. people.Where(p => p.IsMated)];
        EnrolledPerson[] rest = [.. people.Where(p => !p.IsMated)];
        random.Shuffle(mated);
        random.Shuffle(rest);
#pragma warning restore CA5394
        order = [.. mated, .. rest];
        var part = new int[people.Count];
        for (var i = 0; i < order.Length; i++)
        {
            part[order[i].Index] = i % Parts;
        }

        return part;
    }
}
