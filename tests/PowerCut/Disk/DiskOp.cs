namespace Devices.PowerCut.Disk;

/// <summary>One thing done to a folder of files, or said to somebody, in order.</summary>
public abstract record DiskOp
{
    private DiskOp()
    {
    }

    /// <summary>A file came to be, empty, under a name.</summary>
    public sealed record Create(string Name, int Node) : DiskOp;

    public sealed record Write(int Node, long Offset, byte[] Bytes) : DiskOp;

    public sealed record Truncate(int Node, long Size) : DiskOp;

    /// <summary>What was written to the file is on the disk.</summary>
    public sealed record Sync(int Node) : DiskOp;

    /// <summary>A sync was asked for and refused.</summary>
    /// <param name="Drops">Whether what was to be written is forgotten.</param>
    public sealed record SyncFailed(int Node, bool Drops) : DiskOp;

    /// <summary>The names in a folder are on the disk; the empty name is the folder that is looked at.</summary>
    public sealed record SyncFolder(string Name = "") : DiskOp;

    /// <summary>A folder came to be.</summary>
    public sealed record MakeFolder(string Name) : DiskOp;

    /// <summary>A file or folder has another name, in whose place nothing else is any more.</summary>
    public sealed record Rename(string From, string To) : DiskOp;

    public sealed record Delete(string Name) : DiskOp;

    /// <summary>Not the disk: what the product was asked for or has answered, at this place in the order.</summary>
    public sealed record Mark(object Fact) : DiskOp;
}
