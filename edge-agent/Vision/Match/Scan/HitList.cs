namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// A reused list of hits. It normally stays tiny; only templates that resemble each other within the bound by the
/// hundred make it grow, and then it is cut back afterwards.
/// </summary>
internal sealed class HitList
{
    private const int Usual = 512;
    private const int Most = 1 << 16;
    private Hit[] _hits = new Hit[Usual];

    internal int Count { get; private set; }

    internal Span<Hit> Hits => _hits.AsSpan(0, Count);

    internal void Add(in Hit hit, float floor)
    {
        if (Count == _hits.Length)
        {
            Keep(floor);
            if (Count > _hits.Length / 2)
            {
                Array.Resize(ref _hits, _hits.Length * 2);
            }
        }

        _hits[Count++] = hit;
    }

    /// <summary>Drops what cannot reach <paramref name="floor"/>.</summary>
    internal void Keep(float floor)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_hits[i].Upper >= floor)
            {
                _hits[kept++] = _hits[i];
            }
        }

        Count = kept;
    }

    internal void Clear()
    {
        Count = 0;
        if (_hits.Length > Most)
        {
            _hits = new Hit[Usual];
        }
    }
}
