namespace Devices.PowerCut.Disk;

/// <summary>One change of a file that no sync has made certain yet.</summary>
/// <param name="Bytes">What was written; null for a truncation.</param>
/// <param name="End">For a truncation the new size, else where the write ends.</param>
/// <param name="Lost">A failed sync has made the kernel forget it: it reaches the disk only with its page, when that is written again.</param>
internal sealed record Pending(long Offset, byte[]? Bytes, long End, bool Lost = false);

/// <summary>
/// A file: what is certainly on the disk, and what was done since. The disk is free to have any of it: of each sector one of the contents it
/// had since the last sync, or a part of the next one; of the size any that it had. That is what a page cache and a disk with sectors that
/// are written from front to back can leave behind.
/// </summary>
internal sealed class FileNode
{
    /// <summary>Linux writes back and forgets whole pages.</summary>
    private const int Page = 4096;

    private readonly List<Pending> _pending = [];
    private byte[] _durable;

    public FileNode(ReadOnlyMemory<byte> start) => _durable = start.ToArray();

    public IReadOnlyList<Pending> Pending => _pending;

    public long DurableSize => _durable.Length;

    public bool Dirty => _pending.Count > 0;

    public void Write(long offset, byte[] bytes) => _pending.Add(new(offset, bytes, offset + bytes.Length));

    public void Truncate(long size) => _pending.Add(new(size, null, size));

    public void Sync()
    {
        byte[] now = Build(new NodeChoice(this, 512) { All = true });
        // A page that was forgotten stays so until it is written again.
        List<Pending> left = [.. _pending.Where((one, n) => one.Lost && Again(one, n) < 0)];
        _pending.Clear();
        _pending.AddRange(left);
        _durable = now;
    }

    public void SyncFailed(bool drops)
    {
        if (!drops) return;
        List<Pending> split = [];
        foreach (Pending one in _pending)
        {
            if (one.Bytes is null || one.Lost)
            {
                split.Add(one);
                continue;
            }

            for (long from = one.Offset; from < one.End;)
            {
                long to = Math.Min(one.End, (from / Page + 1) * Page);
                split.Add(new(from, one.Bytes[(int)(from - one.Offset)..(int)(to - one.Offset)], to, Lost: true));
                from = to;
            }
        }

        _pending.Clear();
        _pending.AddRange(split);
    }

    /// <summary>Sizes it had: before the first pending change, and after each.</summary>
    public long[] Sizes()
    {
        long[] sizes = new long[_pending.Count + 1];
        sizes[0] = _durable.Length;
        for (int n = 0; n < _pending.Count; n++) sizes[n + 1] = _pending[n].Bytes is null ? _pending[n].End : Math.Max(sizes[n], _pending[n].End);
        return sizes;
    }

    /// <summary>Sectors that pending writes touch, in order.</summary>
    public int[] DirtySectors(int size)
    {
        SortedSet<int> sectors = [];
        foreach (Pending one in _pending.Where(one => one.Bytes is { Length: > 0 }))
            for (int s = (int)(one.Offset / size); s <= (int)((one.End - 1) / size); s++) sectors.Add(s);
        return [.. sectors];
    }

    /// <summary>The file as the choice leaves it.</summary>
    public byte[] Build(NodeChoice choice)
    {
        long[] sizes = Sizes();
        int sector = choice.SectorSize;
        byte[] buffer = new byte[sizes.Max()];
        _durable.CopyTo(buffer, 0);
        if (choice.Ghost is { } ghost && buffer.Length > _durable.Length && ghost.Length > _durable.Length)
            ghost.AsSpan(_durable.Length, Math.Min(ghost.Length, buffer.Length) - _durable.Length).CopyTo(buffer.AsSpan(_durable.Length));
        for (int n = 0; n < _pending.Count; n++)
        {
            Pending one = _pending[n];
            if (one.Bytes is null)
            {
                for (long at = one.End; at < buffer.Length;)
                {
                    long to = Math.Min(buffer.Length, (at / sector + 1) * sector);
                    if (n < choice.Of((int)(at / sector))) buffer.AsSpan((int)at, (int)(to - at)).Clear();
                    at = to;
                }

                continue;
            }

            int again = one.Lost ? Again(one, n) : -1;
            for (long from = one.Offset; from < one.End;)
            {
                long to = Math.Min(one.End, (from / sector + 1) * sector);
                int which = (int)(from / sector), through = choice.Of(which);
                int length = (int)(to - from);
                bool there = n < through && (!one.Lost || (again >= 0 && again < through));
                if (!there) length = n == through && !one.Lost ? Math.Min(length, choice.TornBytes(which)) : 0;
                if (length > 0) one.Bytes.AsSpan((int)(from - one.Offset), length).CopyTo(buffer.AsSpan((int)from));
                from = to;
            }
        }

        choice.Smash?.Invoke(buffer);
        return buffer.AsSpan(0, (int)sizes[choice.SizeAt]).ToArray();
    }

    // The next write after a forgotten one that touches its page; -1 where there is none.
    private int Again(Pending lost, int n) =>
        _pending.FindIndex(n + 1, one => one.Bytes is { Length: > 0 } && !one.Lost && one.Offset / Page <= lost.Offset / Page && (one.End - 1) / Page >= lost.Offset / Page);
}
