namespace Devices.PowerCut.Disk;

/// <summary>What was done to one folder, in order, together with what was promised meanwhile.</summary>
public sealed class DiskLog
{
    private readonly List<DiskOp> _ops = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private int _nodes;

    /// <param name="start">What lies on the disk at the beginning, whole and synced.</param>
    public DiskLog(DiskImage? start = null)
    {
        Start = start ?? DiskImage.Empty;
        foreach (string name in Start.Files.Keys.Order(StringComparer.Ordinal)) _names[name] = _nodes++;
    }

    /// <summary>Held while a call is carried out and written down, so that the order is the real one.</summary>
    internal Lock Gate { get; } = new();

    public DiskImage Start { get; }

    /// <summary>How the disk fails; null for a sound one.</summary>
    public DiskFaults? Faults { get; set; }

    /// <summary>The mutation: what the product's <c>PRAGMA synchronous = …</c> becomes, <c>0</c> (OFF) or <c>1</c> (NORMAL).</summary>
    public char? Synchronous { get; init; }

    /// <summary>The mutation: a disk that says that it has synced and has not.</summary>
    public bool Lies { get; init; }

    public IReadOnlyList<DiskOp> Ops
    {
        get
        {
            lock (Gate) return [.. _ops];
        }
    }

    /// <summary>Notes something asked or promised.</summary>
    public void Note(object fact)
    {
        lock (Gate) _ops.Add(new DiskOp.Mark(fact));
    }

    /// <summary>The file under a name; -1 where there is none.</summary>
    internal int NodeOf(string name) => _names.GetValueOrDefault(name, -1);

    /// <summary>Makes a file and notes it.</summary>
    internal int Made(string name)
    {
        _names[name] = _nodes;
        _ops.Add(new DiskOp.Create(name, _nodes));
        return _nodes++;
    }

    internal void Renamed(string from, string to)
    {
        if (_names.Remove(from, out int node)) _names[to] = node;
        foreach (string below in _names.Keys.Where(name => name.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            _names.Remove(below, out int moved);
            _names[to + below[from.Length..]] = moved;
        }

        _ops.Add(new DiskOp.Rename(from, to));
    }

    internal void Did(DiskOp op) => _ops.Add(op);

    internal int Opened(string name, string path)
    {
        lock (Gate)
        {
            if (_names.TryGetValue(name, out int node)) return node;
            // Made by SQLite just now, or by the product before it opened it.
            if (new FileInfo(path).Length > 0) throw new InvalidOperationException($"{name} was written behind the recorder's back.");
            _names[name] = node = _nodes++;
            _ops.Add(new DiskOp.Create(name, node));
            return node;
        }
    }

    internal void Wrote(int node, long offset, ReadOnlySpan<byte> bytes) => _ops.Add(new DiskOp.Write(node, offset, bytes.ToArray()));

    internal void Truncated(int node, long size) => _ops.Add(new DiskOp.Truncate(node, size));

    internal void Synced(int node, bool folder)
    {
        if (Lies) return;
        _ops.Add(new DiskOp.Sync(node));
        if (folder) _ops.Add(new DiskOp.SyncFolder());
    }

    internal void SyncFailed(int node, bool drops) => _ops.Add(new DiskOp.SyncFailed(node, drops));

    internal void Deleted(string name, bool syncFolder)
    {
        _names.Remove(name);
        _ops.Add(new DiskOp.Delete(name));
        if (syncFolder && !Lies) _ops.Add(new DiskOp.SyncFolder());
    }
}
