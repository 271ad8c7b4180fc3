namespace Devices.PowerCut.Disk;

/// <summary>A change of names that no sync of its folder has made certain yet. A rename is one change: it is there or not, never a half of it.</summary>
/// <param name="Folder">Whose sync makes it certain.</param>
/// <param name="Node">The file that it concerns; -1 for none.</param>
internal sealed record NameChange(string Folder, int Node, Action<Dictionary<string, int>> Apply);

/// <summary>A folder of files after some of a log's operations: what is certain of files and names, and what is not.</summary>
internal sealed class DiskModel
{
    /// <summary>Stands for a folder among the names.</summary>
    public const int Folder = -2;

    private readonly Dictionary<int, FileNode> _nodes = [];
    private readonly Dictionary<string, int> _durable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<NameChange> _changes = [];

    public DiskModel(DiskImage start)
    {
        foreach (string name in start.Files.Keys.Order(StringComparer.Ordinal))
        {
            int node = _nodes.Count;
            _nodes[node] = new(start.Files[name]);
            _names[name] = _durable[name] = node;
            for (string above = Above(name); above.Length > 0; above = Above(above)) _names[above] = _durable[above] = Folder;
        }
    }

    /// <summary>What was done to names since, in order.</summary>
    public IReadOnlyList<NameChange> Changes => _changes;

    /// <summary>Files by name as they are now.</summary>
    public IEnumerable<KeyValuePair<string, int>> Files => _names.Where(one => one.Value >= 0);

    /// <summary>The bytes of the last deleted file of each name: what a new one may find on the disk's free blocks.</summary>
    public Dictionary<string, byte[]> Ghosts { get; } = new(StringComparer.Ordinal);

    public FileNode Node(int node) => _nodes[node];

    /// <summary>Files with changes that no sync has made certain, that have a name or had one.</summary>
    public IEnumerable<int> Dirty => _names.Values.Concat(_durable.Values).Concat(_changes.Select(one => one.Node)).Distinct().Where(n => n >= 0 && _nodes[n].Dirty).Order();

    /// <summary>The files that have names where only some of the open changes arrived.</summary>
    public Dictionary<string, int> Settle(Func<int, bool> arrived)
    {
        Dictionary<string, int> names = new(_durable, StringComparer.Ordinal);
        for (int n = 0; n < _changes.Count; n++)
            if (arrived(n)) _changes[n].Apply(names);
        // A file in a folder that is not there is not there.
        return names.Where(one => one.Value >= 0 && Reached(one.Key)).ToDictionary(StringComparer.Ordinal);

        bool Reached(string name)
        {
            for (string above = Above(name); above.Length > 0; above = Above(above))
                if (names.GetValueOrDefault(above) != Folder) return false;
            return true;
        }
    }

    public void Apply(DiskOp op)
    {
        switch (op)
        {
            case DiskOp.Create create:
                _nodes[create.Node] = new(ReadOnlyMemory<byte>.Empty);
                Change(create.Name, create.Node, names => names[create.Name] = create.Node);
                break;
            case DiskOp.MakeFolder make:
                Change(make.Name, -1, names => names[make.Name] = Folder);
                break;
            case DiskOp.Write write:
                _nodes[write.Node].Write(write.Offset, write.Bytes);
                break;
            case DiskOp.Truncate truncate:
                _nodes[truncate.Node].Truncate(truncate.Size);
                break;
            case DiskOp.Sync sync:
                _nodes[sync.Node].Sync();
                break;
            case DiskOp.SyncFailed failed:
                _nodes[failed.Node].SyncFailed(failed.Drops);
                break;
            case DiskOp.Delete delete:
                if (_names.TryGetValue(delete.Name, out int gone) && gone >= 0) Ghosts[delete.Name] = _nodes[gone].Build(new(_nodes[gone], 512) { All = true });
                Change(delete.Name, -1, names => names.Remove(delete.Name));
                break;
            case DiskOp.Rename rename:
                int node = _names[rename.From];
                Change(rename.To, node, names => Move(names, rename, node));
                break;
            case DiskOp.SyncFolder sync:
                foreach (NameChange change in _changes.Where(one => one.Folder == sync.Name)) change.Apply(_durable);
                _changes.RemoveAll(one => one.Folder == sync.Name);
                break;
        }
    }

    private void Change(string name, int node, Action<Dictionary<string, int>> apply)
    {
        _changes.Add(new(Above(name), node, apply));
        apply(_names);
    }

    private static void Move(Dictionary<string, int> names, DiskOp.Rename rename, int node)
    {
        names.Remove(rename.From);
        names[rename.To] = node;
        if (node != Folder) return;
        foreach (string below in names.Keys.Where(name => name.StartsWith(rename.From + "/", StringComparison.Ordinal)).ToList())
        {
            names[rename.To + below[rename.From.Length..]] = names[below];
            names.Remove(below);
        }
    }

    private static string Above(string name) => name.LastIndexOf('/') is > 0 and int at ? name[..at] : "";
}
