namespace Devices.Edge.Vision.Match.Scan;

/// <summary>Gives segments their part of a <see cref="PageBlock"/>: several small ones share one. For the writer only.</summary>
internal sealed class PagePool(int partBytes) : IDisposable
{
    private readonly List<PageBlock> _blocks = [];
    private readonly List<int> _taken = [];

    internal long Bytes => _blocks.Sum(b => b.Bytes);

    internal int PartBytes => partBytes;

    private int PartsPerBlock => Math.Clamp(PageBlock.Unit / partBytes, 1, 32);

    /// <summary>A zeroed part.</summary>
    internal (PageBlock Block, int Part) Take()
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            for (var part = 0; part < PartsPerBlock; part++)
            {
                if ((_taken[i] & (1 << part)) == 0)
                {
                    _taken[i] |= 1 << part;
                    return (_blocks[i], part);
                }
            }
        }

        _blocks.Add(new PageBlock((long)PartsPerBlock * partBytes));
        _taken.Add(1);
        return (_blocks[^1], 0);
    }

    /// <summary>Takes an erased part back that no search can reach any more; an empty block goes back to the system.</summary>
    internal void Return(PageBlock block, int part)
    {
        var i = _blocks.IndexOf(block);
        _taken[i] &= ~(1 << part);
        if (_taken[i] == 0)
        {
            block.Dispose();
            _blocks.RemoveAt(i);
            _taken.RemoveAt(i);
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            block.Dispose();
        }

        _blocks.Clear();
        _taken.Clear();
    }
}
