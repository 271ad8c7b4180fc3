using Devices.Edge.Vision.Match.Rows;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// The rows behind a gallery and the one way to change them: fill free rows that no snapshot has yet, publish the next
/// snapshot, wait for the searches of older ones, erase what died. When a change returns, what it removed is erased.
/// One writer at a time (the gallery's lock); searches go on meanwhile.
/// </summary>
internal sealed class GalleryStore : IDisposable
{
    private readonly int _size;
    private readonly GalleryOptions _options;
    private readonly Readers _readers;
    private readonly List<Segment?> _segments = [];
    private readonly HashSet<string> _persons = new(StringComparer.Ordinal);
    private readonly RowReader _writer = new();
    private readonly PagePool _pages;
    private readonly IdIndex _ids;
    private readonly List<(Segment Segment, int Row)> _fresh = [];
    private readonly List<(Segment Segment, int Row)> _dead = [];
    private volatile Snapshot _current = new([], 1, 0);
    private SealedFile? _file;
    private long _floatBytes;
    private bool _regrouped;

    internal GalleryStore(int size, GalleryOptions options, Readers readers)
    {
        _size = size;
        _options = options;
        _readers = readers;
        _ids = new IdIndex(_segments);
        _pages = new PagePool(Segment.Capacity * Quantizer.StrideOf(size));
    }

    internal Snapshot Current => _current;

    internal string? Problem { get; private set; }

    internal IEnumerable<string> Persons => _persons;

    internal long MemoryBytes => _ids.Bytes + _pages.Bytes + _segments.Sum(s => s is null ? 0L : Segment.Capacity * (long)(Segment.BytesPerRow + s.Exact.MemoryPerRow));

    internal long SealedBytes => _segments.Sum(s => s is { Exact.IsSealed: true } ? (long)Segment.Capacity * _size * sizeof(float) : 0);

    /// <summary>Whose template it is; null where the gallery does not hold it.</summary>
    internal string? OwnerOf(Guid id) => _ids.Find(id) is { } at ? _segments[at.Segment]!.Person(at.Row) : null;

    /// <summary>
    /// In one step for every search: all rows of <paramref name="removed"/> go, <paramref name="added"/> come. Returns
    /// how many went. Where a new row cannot be stored, nothing changes.
    /// </summary>
    internal int Change(string? removed, IReadOnlyCollection<FaceTemplate> added)
    {
        var version = checked(_current.Version + 1);
        Write(added, version);
        if (removed is not null && _persons.TryGetValue(removed, out var known))
        {
            foreach (var segment in _segments)
            {
                for (var row = 0; segment is not null && row < segment.Used; row++)
                {
                    // Not the rows just written: they are this person's too.
                    if (segment.IsAlive(row) && segment.IsVisible(row, version - 1) && ReferenceEquals(segment.Person(row), known))
                    {
                        segment.Bury(row, version);
                        _dead.Add((segment, row));
                    }
                }
            }

            if (added.Count == 0)
            {
                _persons.Remove(known);
            }
        }

        if (_fresh.Count + _dead.Count == 0)
        {
            return 0;
        }

        foreach (var (segment, row) in _dead)
        {
            _ids.Remove(segment.Id(row));
        }

        foreach (var (segment, row) in _fresh)
        {
            _ids.Add(segment.Number, row);
        }

        var gone = _dead.Count;
        Publish(_current.Count + _fresh.Count - gone, version);
        _fresh.Clear();
        Bury(version);
        return gone;
    }

    internal void Clear()
    {
        var version = checked(_current.Version + 1);
        _current = new Snapshot([], version, 0);
        _readers.WaitUntilNobodyReadsBefore(version);
        foreach (var segment in _segments)
        {
            segment?.Dispose();
        }

        _segments.Clear();
        _ids.Clear();
        _persons.Clear();
        _floatBytes = 0;
        _regrouped = false;
    }

    internal void Export(Action<Guid, string, ReadOnlySpan<float>> take)
    {
        foreach (var segment in _segments)
        {
            for (var row = 0; segment is not null && row < segment.Used; row++)
            {
                if (segment.IsAlive(row))
                {
                    take(segment.Id(row), segment.Person(row), segment.ExactRow(row, _writer));
                }
            }
        }

        _writer.Forget();
    }

    public void Dispose()
    {
        Clear();
        _pages.Dispose();
        _writer.Dispose();
        _file?.Dispose();
        _file = null;
    }

    private void Write(IReadOnlyCollection<FaceTemplate> added, uint version)
    {
        try
        {
            foreach (var template in added)
            {
                if (!_persons.TryGetValue(template.Person, out var person))
                {
                    _persons.Add(person = template.Person);
                }

                var (segment, row) = FreeRow();
                segment.Fill(row, template, person, version);
                _fresh.Add((segment, row));
            }
        }
        catch
        {
            foreach (var (segment, row) in _fresh)
            {
                segment.Erase(row);
            }

            foreach (var template in added)
            {
                if (!IsEnrolled(template.Person))
                {
                    _persons.Remove(template.Person);
                }
            }

            _fresh.Clear();
            throw;
        }
    }

    // After the last search that can see them.
    private void Bury(uint version)
    {
        if (_dead.Count == 0)
        {
            return;
        }

        _readers.WaitUntilNobodyReadsBefore(version);
        var emptied = false;
        foreach (var (segment, row) in _dead)
        {
            segment.Erase(row);
            emptied |= segment.Live == 0;
        }

        _dead.Clear();
        if (!emptied)
        {
            return;
        }

        List<Segment> empty = [.. _segments.OfType<Segment>().Where(s => s.Live == 0)];
        foreach (var segment in empty)
        {
            _segments[segment.Number] = null;
            _floatBytes -= segment.Exact.IsSealed ? 0 : FloatBytes;
        }

        // Its rows belong to no snapshot any more, but a search may still pass over its memory.
        _regrouped = true;
        Publish(_current.Count, version + 1);
        _readers.WaitUntilNobodyReadsBefore(version + 1);
        empty.ForEach(s => s.Dispose());
    }

    private void Publish(int count, uint version)
    {
        var segments = _regrouped ? [.. _segments.OfType<Segment>()] : _current.Segments;
        _regrouped = false;
        _current = new Snapshot(segments, version, count);
    }

    private long FloatBytes => (long)Segment.Capacity * _size * sizeof(float);

    private bool IsEnrolled(string person)
    {
        foreach (var segment in _segments)
        {
            for (var row = 0; segment is not null && row < segment.Used; row++)
            {
                if (segment.IsAlive(row) && segment.Person(row) == person)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private (Segment Segment, int Row) FreeRow()
    {
        // The last segment is where there is room, except after removals.
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            if (_segments[i]?.FreeRow() is { } row and >= 0)
            {
                return (_segments[i]!, row);
            }
        }

        var number = _segments.IndexOf(null);
        if (number < 0)
        {
            number = _segments.Count;
            _segments.Add(null);
        }

        var made = new Segment(number, _size, NewRows(), _pages);
        _segments[number] = made;
        _regrouped = true;
        return (made, 0);
    }

    private ExactRows NewRows()
    {
        if (_options.WorkingDirectory is { } directory && _floatBytes + FloatBytes > _options.FloatsInMemory)
        {
            try
            {
                _file ??= SealedFile.Create(directory, (int)FloatBytes);
                if (_file.LiesInMemory)
                {
                    Problem = $"{directory} is not on a disk but in memory, so that the gallery's working file saves none. Name a directory on a disk.";
                }

                return new SealedRows(_file, Segment.Capacity, _size, _writer);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Recognising everybody comes before saving memory.
                Problem = $"The gallery's working file cannot be kept in {directory} ({fault.Message}); the floats of its templates are in memory instead. Make room there, or name another directory.";
            }
        }

        _floatBytes += FloatBytes;
        return new MemoryRows(Segment.Capacity, _size);
    }
}
