namespace Devices.PowerCut.Disk;

/// <summary>What of a file's pending changes the disk has: for each sector how many of them, and for the size.</summary>
internal sealed class NodeChoice
{
    private readonly int _count;

    public NodeChoice(FileNode node, int sectorSize)
    {
        _count = node.Pending.Count;
        SectorSize = sectorSize;
        SizeAt = _count;
    }

    public int SectorSize { get; }

    public bool All { get; init; }

    /// <summary>Of each sector: how many pending changes it has seen; what is not named has <see cref="Rest"/>.</summary>
    public IReadOnlyDictionary<int, int> Sectors { get; init; } = new Dictionary<int, int>();

    public int Rest { get; init; }

    /// <summary>After how many changes the size is the one on the disk.</summary>
    public int SizeAt { get; init; }

    /// <summary>The sector in which the power went, and how many bytes of the next change it has.</summary>
    public (int Sector, int Bytes)? Torn { get; init; }

    /// <summary>What lay on the disk where the file grew and nothing was written: an older file's bytes instead of zeros.</summary>
    public byte[]? Ghost { get; init; }

    /// <summary>For disks without powersafe overwrite: damage beyond what was written.</summary>
    public Action<byte[]>? Smash { get; init; }

    public int Of(int sector) => All ? _count : Sectors.GetValueOrDefault(sector, Rest);

    public int TornBytes(int sector) => Torn is { } torn && torn.Sector == sector ? torn.Bytes : 0;
}
