namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// Who is enrolled with what and who probes. The first pictures of a person in name order are enrolled, the rest are
/// probes. Persons without a second usable picture cannot be searched for; by a fixed draw one half of them become
/// strangers (non-mated probes), the other half fill the gallery (distractors).
/// </summary>
public sealed class EvaluationSplit
{
    private EvaluationSplit(IReadOnlyList<Enrolled> mated, IReadOnlyList<EvaluationPicture> strangers, IReadOnlyList<EvaluationPicture> distractors, IReadOnlyList<string> unusable)
    {
        Mated = mated;
        Strangers = strangers;
        Distractors = distractors;
        Unusable = unusable;
    }

    /// <summary>One person of the gallery with the pictures that search for them.</summary>
    /// <param name="Probes">Also those without a face: such a probe is a miss.</param>
    public sealed record Enrolled(string Person, IReadOnlyList<EvaluationPicture> Templates, IReadOnlyList<EvaluationPicture> Probes);

    /// <summary>Persons with templates and probes, in the drawn order in which they are enrolled.</summary>
    public IReadOnlyList<Enrolled> Mated { get; }

    /// <summary>Non-mated probes: persons who are never enrolled.</summary>
    public IReadOnlyList<EvaluationPicture> Strangers { get; }

    /// <summary>Enrolled persons without probes.</summary>
    public IReadOnlyList<EvaluationPicture> Distractors { get; }

    /// <summary>Persons none of whose pictures shows a usable face.</summary>
    public IReadOnlyList<string> Unusable { get; }

    /// <param name="enrol">Pictures enrolled a person, at least 1.</param>
    /// <param name="seed">Of the draw of the order and of strangers and distractors.</param>
    public static EvaluationSplit Of(IReadOnlyList<EvaluationPicture> pictures, int enrol, int seed)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfLessThan(enrol, 1);
        var mated = new List<Enrolled>();
        var singles = new List<EvaluationPicture>();
        var unusable = new List<string>();
        foreach (var person in pictures.GroupBy(p => p.Person, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            EvaluationPicture[] readable = [.. person.Where(p => p.Unreadable is null).OrderBy(p => p.File, StringComparer.Ordinal)];
            EvaluationPicture[] templates = [.. readable.Where(p => p.HasFace).Take(enrol)];
            if (templates.Length == 0)
            {
                unusable.Add(person.Key);
                continue;
            }

            EvaluationPicture[] probes = [.. readable.Except(templates, ReferenceEqualityComparer.Instance).Cast<EvaluationPicture>()];
            if (probes.Length > 0)
            {
                mated.Add(new Enrolled(person.Key, templates, probes));
            }
            else
            {
                singles.Add(templates[0]);
            }
        }

#pragma warning disable CA5394 // A fixed seed is the point: the same draw on every machine.
        var random = new Random(seed);
        var order = mated.ToArray();
        random.Shuffle(order);
        var drawn = singles.ToArray();
        random.Shuffle(drawn);
#pragma warning restore CA5394
        var half = (drawn.Length + 1) / 2;
        return new EvaluationSplit(order, drawn[..half], drawn[half..], unusable);
    }
}
