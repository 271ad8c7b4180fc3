using System.Numerics.Tensors;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>
/// The enrolled templates of one pack as one contiguous block of floats, searched exactly (every row, SIMD dot
/// product): at a terminal's sizes an exact scan is bounded by memory bandwidth and never names the wrong person for
/// speed. Adding is amortised O(1), removing O(templates). Thread-safe.
/// </summary>
public sealed class FaceGallery
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _indexOfPerson = new(StringComparer.Ordinal);
    private readonly List<string> _persons = [];
    private readonly HashSet<Guid> _ids = [];
    private float[] _rows;
    private int[] _owner = new int[16];
    private Guid[] _id = new Guid[16];
    private int _count;

    public FaceGallery(PackRef pack, int embeddingSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingSize, 1);
        Pack = pack;
        EmbeddingSize = embeddingSize;
        _rows = new float[16 * embeddingSize];
    }

    /// <summary>An empty gallery for a loaded pack.</summary>
    public static FaceGallery For(LoadedPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        return new FaceGallery(pack.Templates, pack.Manifest.Embedder.Size);
    }

    public PackRef Pack { get; }

    public int EmbeddingSize { get; }

    /// <summary>Templates held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>The persons who have at least one template, sorted.</summary>
    public IReadOnlyList<string> Persons
    {
        get
        {
            lock (_lock)
            {
                return [.. _owner.Take(_count).Distinct().Select(i => _persons[i]).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Adds one template; returns why not, or null when it is in.</summary>
    public GalleryFault? Add(FaceTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (Check(template) is { } fault)
        {
            return fault;
        }

        lock (_lock)
        {
            return AddLocked(template);
        }
    }

    /// <summary>Removes every template of a person; returns how many there were.</summary>
    public int Remove(string person)
    {
        lock (_lock)
        {
            return RemoveLocked(person);
        }
    }

    /// <summary>
    /// A person's templates are exactly these afterwards, in one step for concurrent searches; nothing changes when
    /// one of them is refused.
    /// </summary>
    public GalleryFault? Replace(string person, IReadOnlyCollection<FaceTemplate> templates)
    {
        ArgumentNullException.ThrowIfNull(templates);
        foreach (var template in templates)
        {
            if (template.Person != person)
            {
                return new GalleryFault(GalleryFaultCode.NoPerson, $"Template {template.Id} belongs to {template.Person}, not to {person}.");
            }

            if (Check(template) is { } fault)
            {
                return fault;
            }
        }

        lock (_lock)
        {
            var own = new HashSet<Guid>();
            foreach (var template in templates)
            {
                if (!own.Add(template.Id) || (_ids.Contains(template.Id) && OwnerOf(template.Id) != person))
                {
                    return Duplicate(template);
                }
            }

            RemoveLocked(person);
            foreach (var template in templates)
            {
                AddLocked(template);
            }

            return null;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            Array.Clear(_rows);
            _ids.Clear();
            _indexOfPerson.Clear();
            _persons.Clear();
            _count = 0;
        }
    }

    /// <summary>Copies of all templates, for the host to keep encrypted.</summary>
    public IReadOnlyList<FaceTemplate> Export()
    {
        lock (_lock)
        {
            var all = new FaceTemplate[_count];
            for (var i = 0; i < _count; i++)
            {
                all[i] = new FaceTemplate(_id[i], _persons[_owner[i]], Pack, Row(i).ToArray());
            }

            return all;
        }
    }

    /// <summary>
    /// The best person and the best <em>other</em> person for a probe. The probe need not have unit length: the mean
    /// of several unit vectors gives the mean of their scores. Allocates nothing.
    /// </summary>
    /// <param name="except">A person to leave out (for the duplicate check of a re-enrolment), or null.</param>
    public GalleryMatch Match(ReadOnlySpan<float> probe, string? except = null)
    {
        if (probe.Length != EmbeddingSize)
        {
            throw new ArgumentException($"A probe of {probe.Length} values cannot be compared with templates of {EmbeddingSize}.", nameof(probe));
        }

        lock (_lock)
        {
            var left = except is not null && _indexOfPerson.TryGetValue(except, out var index) ? index : -1;
            int best = -1, second = -1;
            float bestScore = -1, secondScore = -1;
            for (var i = 0; i < _count; i++)
            {
                var owner = _owner[i];
                var score = TensorPrimitives.Dot(probe, Row(i));
                if (owner == left || score <= secondScore)
                {
                    continue;
                }

                if (owner == best)
                {
                    bestScore = MathF.Max(bestScore, score);
                }
                else if (score > bestScore)
                {
                    // The former best is the greatest of all others than the new best's owner.
                    (second, secondScore) = (best, bestScore);
                    (best, bestScore) = (owner, score);
                }
                else
                {
                    (second, secondScore) = (owner, score);
                }
            }

            return new GalleryMatch(Of(best, bestScore), Of(second, secondScore), _count);
        }
    }

    private Candidate Of(int person, float score) => person < 0 ? Candidate.None : new Candidate(_persons[person], score);

    private Span<float> Row(int i) => _rows.AsSpan(i * EmbeddingSize, EmbeddingSize);

    private string? OwnerOf(Guid id)
    {
        var at = Array.IndexOf(_id, id, 0, _count);
        return at < 0 ? null : _persons[_owner[at]];
    }

    private GalleryFault? Check(FaceTemplate template)
    {
        if (template.Pack != Pack)
        {
            return new GalleryFault(GalleryFaultCode.OtherPack,
                $"A template of {template.Person} was made by model pack {template.Pack}; this gallery compares {Pack} only. Enrol the person again.");
        }

        if (string.IsNullOrEmpty(template.Person))
        {
            return new GalleryFault(GalleryFaultCode.NoPerson, $"Template {template.Id} names no person.");
        }

        if (template.Vector.Length != EmbeddingSize)
        {
            return new GalleryFault(GalleryFaultCode.WrongSize,
                $"A template of {template.Person} has {template.Vector.Length} values; {Pack} has {EmbeddingSize}. Enrol the person again.");
        }

        var norm = TensorPrimitives.Norm(template.Vector.Span);
        return MathF.Abs(norm - 1) < 1e-3f
            ? null
            : new GalleryFault(GalleryFaultCode.NotUnitLength, $"A template of {template.Person} is damaged (its length is not 1). Enrol the person again.");
    }

    private GalleryFault? AddLocked(FaceTemplate template)
    {
        if (!_ids.Add(template.Id))
        {
            return Duplicate(template);
        }

        if (!_indexOfPerson.TryGetValue(template.Person, out var person))
        {
            person = _persons.Count;
            _persons.Add(template.Person);
            _indexOfPerson[template.Person] = person;
        }

        if (_count == _owner.Length)
        {
            Array.Resize(ref _owner, _count * 2);
            Array.Resize(ref _id, _count * 2);
            Array.Resize(ref _rows, _count * 2 * EmbeddingSize);
        }

        template.Vector.Span.CopyTo(Row(_count));
        _owner[_count] = person;
        _id[_count] = template.Id;
        _count++;
        return null;
    }

    private int RemoveLocked(string person)
    {
        if (!_indexOfPerson.TryGetValue(person, out var index))
        {
            return 0;
        }

        var removed = 0;
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_owner[i] != index)
            {
                continue;
            }

            _count--;
            removed++;
            _ids.Remove(_id[i]);
            Row(_count).CopyTo(Row(i));
            (_owner[i], _id[i]) = (_owner[_count], _id[_count]);

            // Erased means erased: no biometric value stays in the unused part of the block.
            Row(_count).Clear();
        }

        return removed;
    }

    private static GalleryFault Duplicate(FaceTemplate template) =>
        new(GalleryFaultCode.DuplicateTemplate, $"Template {template.Id} of {template.Person} is already in the gallery.");
}
