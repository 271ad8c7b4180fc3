namespace Devices.PowerCut.Disk;

/// <summary>
/// What may lie on the disk after a power cut at one place: first the adversary's states (nothing that was not synced, all, only the last, all
/// but the last, torn within a sector, grown without its bytes, one file and not the other), then drawn ones; every subset where few sectors are open.
/// </summary>
internal sealed class CutChooser(DiskModel model, Random random)
{
    private const int EnumeratedSectors = 5;

    private enum Way
    {
        None,
        All,
        Front,
        AllButLast,
        OnlyLast,
        Torn,
        Grown,
        Ghost,
        Drawn,
        Smashed,
    }

    private static readonly Way[] Adversary = [Way.None, Way.All, Way.AllButLast, Way.OnlyLast, Way.Torn, Way.Grown, Way.Ghost, Way.Front];

    /// <summary>At most <paramref name="most"/> states; one where nothing is open.</summary>
    /// <param name="smash">A disk without powersafe overwrite: besides, one sector that was being written is rubbish as a whole.</param>
    public IEnumerable<DiskImage> States(int most, bool smash = false)
    {
        int[] dirty = [.. model.Dirty];
        if (dirty.Length == 0 && model.Changes.Count == 0)
        {
            yield return Image(_ => Way.All, newest: true, 512);
            yield break;
        }

        if (smash)
        {
            for (int n = 0; n < most; n++) yield return Image(_ => Way.Smashed, newest: true, random.Next(2) == 0 ? 512 : 4096);
            yield break;
        }

        int given = 0;
        // Few sectors: all subsets, names as they are now or as they were.
        if (dirty.Length == 1 && model.Node(dirty[0]).DirtySectors(4096) is { Length: > 0 and <= EnumeratedSectors } few && random.Next(4) == 0)
        {
            for (int set = 0; set < 1 << few.Length && given < most; set++, given++) yield return Subset(dirty[0], few, set);
        }

        List<(Func<int, Way> Way, bool? Newest)> plans = [];
        foreach (Way way in Adversary) plans.Add((_ => way, way == Way.None ? false : way == Way.All ? true : null));
        foreach (int one in dirty.Length > 1 ? dirty : [])
        {
            plans.Add((node => node == one ? Way.None : Way.All, null));
            plans.Add((node => node == one ? Way.All : Way.None, null));
        }

        // The first two always; of the rest some, in an order that is drawn.
        (Func<int, Way> Way, bool? Newest)[] rest = [.. plans.Skip(2)];
        random.Shuffle(rest);
        int adversary = Math.Max(2, most / 2);
        foreach ((Func<int, Way> way, bool? newest) in plans.Take(2).Concat(rest.Take(adversary - 2)))
        {
            if (given++ >= most) yield break;
            yield return Image(way, newest, random.Next(2) == 0 ? 512 : 4096);
        }

        while (given++ < most) yield return Image(_ => Way.Drawn, null, random.Next(2) == 0 ? 512 : 4096);
    }

    /// <param name="newest">Names as they are now (true), as they were synced (false), or each as drawn (null).</param>
    private DiskImage Image(Func<int, Way> way, bool? newest, int sectorSize)
    {
        Dictionary<string, ReadOnlyMemory<byte>> files = new(StringComparer.Ordinal);
        Dictionary<int, byte[]> built = [];
        foreach ((string name, int node) in Settle(newest))
        {
            if (!built.TryGetValue(node, out byte[]? bytes)) built[node] = bytes = model.Node(node).Build(Choose(name, model.Node(node), way(node), sectorSize));
            files[name] = bytes;
        }

        return new(files);
    }

    private DiskImage Subset(int node, int[] sectors, int set)
    {
        Dictionary<string, ReadOnlyMemory<byte>> files = new(StringComparer.Ordinal);
        FileNode open = model.Node(node);
        Dictionary<int, int> seen = [];
        for (int n = 0; n < sectors.Length; n++) seen[sectors[n]] = (set >> n & 1) == 1 ? open.Pending.Count : 0;
        foreach ((string name, int which) in Settle(random.Next(2) == 0 ? true : null))
            files[name] = model.Node(which).Build(which == node ? new(open, 4096) { Sectors = seen } : new(model.Node(which), 4096) { All = true });
        return new(files);
    }

    private Dictionary<string, int> Settle(bool? newest)
    {
        if (newest is { } all) return model.Settle(_ => all);
        // Half of the drawn ones keep the order in which names changed, as most file systems do; the others keep none.
        int through = random.Next(2) == 0 ? random.Next(model.Changes.Count + 1) : -1;
        bool[] arrived = [.. model.Changes.Select(_ => random.Next(2) == 0)];
        return model.Settle(n => through >= 0 ? n < through : arrived[n]);
    }

    private NodeChoice Choose(string name, FileNode node, Way way, int sectorSize)
    {
        int count = node.Pending.Count;
        if (count == 0) return new(node, sectorSize) { All = true };
        int[] sectors = node.DirtySectors(sectorSize);
        switch (way)
        {
            case Way.None:
                return new(node, sectorSize) { Rest = 0, SizeAt = 0 };
            case Way.All:
                return new(node, sectorSize) { All = true };
            case Way.Front:
                int front = random.Next(count + 1);
                return new(node, sectorSize) { Rest = front, SizeAt = front };
            case Way.AllButLast:
                return new(node, sectorSize) { Rest = count, Sectors = sectors.Length > 0 ? new Dictionary<int, int> { [sectors[^1]] = 0 } : new() };
            case Way.OnlyLast:
                return new(node, sectorSize) { Rest = 0, Sectors = sectors.Length > 0 ? new Dictionary<int, int> { [sectors[^1]] = count } : new() };
            case Way.Grown:
                return new(node, sectorSize) { Rest = 0 };
            case Way.Ghost:
                return new(node, sectorSize) { Sectors = Draw(sectors, count), Ghost = model.Ghosts.GetValueOrDefault(name) ?? Noise(node) };
            case Way.Torn:
                int at = random.Next(count);
                Pending last = node.Pending[at];
                int sector = (int)(last.Offset / sectorSize) + (last.Bytes is { Length: > 0 } ? random.Next((int)((last.End - 1) / sectorSize - last.Offset / sectorSize) + 1) : 0);
                return new(node, sectorSize) { Rest = at, SizeAt = random.Next(2) == 0 ? at : at + 1, Torn = (sector, random.Next(1, sectorSize)) };
            case Way.Smashed:
                int[] hit = [.. sectors.Where(_ => random.Next(sectors.Length) == 0).DefaultIfEmpty(sectors.Length > 0 ? sectors[0] : 0)];
                return new(node, sectorSize) { Sectors = Draw(sectors, count), Smash = bytes => Rubbish(bytes, hit, sectorSize) };
            default:
                // Half of the drawn states have whole sectors of old or new only, the others any content between.
                return new(node, sectorSize) { Sectors = Draw(sectors, count), SizeAt = random.Next(3) == 0 ? random.Next(count + 1) : count };
        }
    }

    private Dictionary<int, int> Draw(int[] sectors, int count)
    {
        bool ends = random.Next(2) == 0;
        double share = random.NextDouble();
        return sectors.ToDictionary(s => s, _ => ends ? (random.NextDouble() < share ? count : 0) : random.Next(count + 1));
    }

    private byte[] Noise(FileNode node)
    {
        byte[] noise = new byte[node.Sizes().Max()];
        random.NextBytes(noise);
        return noise;
    }

    private void Rubbish(byte[] bytes, int[] sectors, int size)
    {
        foreach (int sector in sectors)
        {
            int from = sector * size;
            if (from < bytes.Length) random.NextBytes(bytes.AsSpan(from, Math.Min(size, bytes.Length - from)));
        }
    }
}
