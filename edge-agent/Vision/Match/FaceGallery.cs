using System.Numerics.Tensors;
using Devices.Edge.Vision.Match.Scan;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>
/// The enrolled templates of one pack, searched exactly: every row is compared, as signed bytes at the speed of memory,
/// and the few that the bytes cannot tell apart once more as enrolled, so that best person, best other person and their
/// scores are those of a scan over all floats, to the last bit (<see cref="ScoreBound"/> is the proof). Of equal scores
/// the row that comes first in the gallery counts. Thread-safe: searches run beside each other and beside changes, each
/// on one state of the gallery, and wait for nobody. When a change returns, what it removed is overwritten in memory.
/// </summary>
public sealed class FaceGallery : IDisposable
{
    private readonly Lock _writing = new();
    private readonly GalleryOptions _options;
    private readonly DotKernel _kernel;
    private readonly Readers _readers;
    private readonly GalleryStore _store;
    private readonly int _threads;
    private long _searches;
    private long _exactRows;

    public FaceGallery(PackRef pack, int embeddingSize, GalleryOptions? options = null)
        : this(pack, embeddingSize, options, DotKernel.Best)
    {
    }

    internal FaceGallery(PackRef pack, int embeddingSize, GalleryOptions? options, DotKernel kernel)
    {
        // 127² times this still fits the 32 bits that the kernels add in.
        ArgumentOutOfRangeException.ThrowIfLessThan(embeddingSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(embeddingSize, 65_536);
        _options = options ?? new GalleryOptions();
        _options.Validate();
        _kernel = kernel;
        Pack = pack;
        EmbeddingSize = embeddingSize;
        _threads = _options.Threads > 0 ? _options.Threads : Math.Min(8, Environment.ProcessorCount);
        _readers = new Readers(embeddingSize, kernel, _threads);
        _store = new GalleryStore(embeddingSize, _options, _readers);
    }

    /// <summary>An empty gallery for a loaded pack.</summary>
    public static FaceGallery For(LoadedPack pack, GalleryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pack);
        return new FaceGallery(pack.Templates, pack.Manifest.Embedder.Size, options);
    }

    public PackRef Pack { get; }

    public int EmbeddingSize { get; }

    internal GalleryStore Store => _store;

    internal Readers Readers => _readers;

    /// <summary>Templates held.</summary>
    public int Count => _store.Current.Count;

    /// <summary>The persons who have at least one template, sorted.</summary>
    public IReadOnlyList<string> Persons
    {
        get
        {
            lock (_writing)
            {
                return [.. _store.Persons.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>What the gallery consists of at this moment.</summary>
    public GalleryStatus Status
    {
        get
        {
            lock (_writing)
            {
                var now = _store.Current;
                return new GalleryStatus(
                    now.Count, _kernel.Name, ThreadsFor(now), _store.MemoryBytes, _store.SealedBytes, _store.Problem,
                    Interlocked.Read(ref _searches), Interlocked.Read(ref _exactRows));
            }
        }
    }

    /// <summary>Adds one template; returns why not, or null when it is in.</summary>
    /// <exception cref="GalleryStorageException">The working file cannot be written; nothing changed.</exception>
    public GalleryFault? Add(FaceTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (Check(template) is { } fault)
        {
            return fault;
        }

        lock (_writing)
        {
            if (_store.OwnerOf(template.Id) is not null)
            {
                return Duplicate(template);
            }

            _store.Change(null, [template]);
            return null;
        }
    }

    /// <summary>Removes every template of a person and erases it; returns how many there were.</summary>
    public int Remove(string person)
    {
        lock (_writing)
        {
            return _store.Change(person, []);
        }
    }

    /// <summary>
    /// A person's templates are exactly these afterwards, in one step for concurrent searches; nothing changes when
    /// one of them is refused.
    /// </summary>
    /// <exception cref="GalleryStorageException">The working file cannot be written; nothing changed.</exception>
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

        lock (_writing)
        {
            var own = new HashSet<Guid>();
            foreach (var template in templates)
            {
                if (!own.Add(template.Id) || (_store.OwnerOf(template.Id) is { } owner && owner != person))
                {
                    return Duplicate(template);
                }
            }

            _store.Change(person, templates);
            return null;
        }
    }

    /// <summary>Removes and erases everything.</summary>
    public void Clear()
    {
        lock (_writing)
        {
            _store.Clear();
        }
    }

    /// <summary>Copies of all templates, for the host to keep encrypted.</summary>
    /// <exception cref="GalleryStorageException">The working file cannot be read.</exception>
    public IReadOnlyList<FaceTemplate> Export()
    {
        lock (_writing)
        {
            var all = new List<FaceTemplate>(_store.Current.Count);
            _store.Export((id, person, row) => all.Add(new FaceTemplate(id, person, Pack, row.ToArray())));
            return all;
        }
    }

    /// <summary>
    /// The best person and the best <em>other</em> person for a probe. The probe need not have unit length: the mean
    /// of several unit vectors gives the mean of their scores. A probe with a value that is not finite resembles nobody.
    /// Allocates nothing once as many searches ran at once as ever will.
    /// </summary>
    /// <param name="except">A person to leave out (for the duplicate check of a re-enrolment), or null.</param>
    /// <exception cref="GalleryStorageException">The working file cannot be read.</exception>
    public GalleryMatch Match(ReadOnlySpan<float> probe, string? except = null)
    {
        if (probe.Length != EmbeddingSize)
        {
            throw new ArgumentException($"A probe of {probe.Length} values cannot be compared with templates of {EmbeddingSize}.", nameof(probe));
        }

        if (!QuantizedProbe.IsFinite(probe))
        {
            return new GalleryMatch(Candidate.None, Candidate.None, Count);
        }

        var search = _readers.Take();
        try
        {
            var snapshot = _store.Current;
            for (search.Enter(snapshot); !ReferenceEquals(snapshot, _store.Current); search.Enter(snapshot))
            {
                // A writer that published in between may not have seen this search enter.
                snapshot = _store.Current;
            }

            var match = search.Run(snapshot, probe, except, ThreadsFor(snapshot));
            Interlocked.Increment(ref _searches);
            Interlocked.Add(ref _exactRows, search.ExactRows);
            return match;
        }
        finally
        {
            search.Leave();
            search.GiveBack();
        }
    }

    /// <summary>Erases everything and closes the working file. Searches under way end first; later ones find nobody.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            _store.Dispose();
            _readers.Dispose();
        }
    }

    private int ThreadsFor(Snapshot snapshot)
    {
        var bytes = (long)snapshot.Segments.Length * Segment.Capacity * Quantizer.StrideOf(EmbeddingSize);
        return (int)Math.Clamp(bytes / _options.BytesPerThread, 1, _threads);
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

    private static GalleryFault Duplicate(FaceTemplate template) =>
        new(GalleryFaultCode.DuplicateTemplate, $"Template {template.Id} of {template.Person} is already in the gallery.");
}
