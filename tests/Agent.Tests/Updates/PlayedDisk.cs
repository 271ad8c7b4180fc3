using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>The power goes, or the process is killed.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>What is left after the cut.</summary>
public enum Cut
{
    /// <summary>The process was killed: everything that it wrote is there, of the last write a half.</summary>
    Kill,

    /// <summary>The power went: only what was synced, names and contents.</summary>
    Power,

    /// <summary>The power went; names were on the disk already, contents only as far as they were synced.</summary>
    NamesFirst,

    /// <summary>The power went; contents were on the disk already, names only as far as their folder was synced.</summary>
    ContentsFirst,
}

/// <summary>A disk in memory that knows what was synced, counts each change and can end the world before any of them.</summary>
internal sealed class PlayedDisk : IUpdateDisk
{
    private sealed class Node
    {
        public List<byte> Bytes = [];
        public int Synced;
        public string? Target;
        public bool IsFolder;
    }

    private SortedDictionary<string, Node> _now = new(StringComparer.Ordinal);
    private SortedDictionary<string, Node> _durable = new(StringComparer.Ordinal);

    public PlayedDisk() => _now["/s"] = _durable["/s"] = new() { IsFolder = true };

    /// <summary>Changes so far.</summary>
    public int Steps { get; private set; }

    /// <summary>The change that does not happen any more; 0 for none.</summary>
    public int DieAt { get; set; }

    public long Free { get; set; } = 1L << 40;

    /// <summary>What each change was, for a failure's message.</summary>
    public List<string> Log { get; } = [];

    public PlayedDisk After(Cut cut)
    {
        PlayedDisk left = new();
        SortedDictionary<string, Node> names = cut is Cut.Kill or Cut.NamesFirst ? _now : _durable;
        foreach ((string path, Node node) in names)
        {
            if (path != "/s" && (!left._now.TryGetValue(Above(path), out Node? above) || !above.IsFolder)) continue;
            List<byte> bytes = node.Bytes.GetRange(0, cut is Cut.Kill or Cut.ContentsFirst ? node.Bytes.Count : node.Synced);
            Node kept = new() { IsFolder = node.IsFolder, Target = node.Target, Bytes = bytes, Synced = bytes.Count };
            left._now[path] = left._durable[path] = kept;
        }

        return left;
    }

    /// <summary>Equal for disks that hold the same.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string path, Node node) in _now)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}|{node.Target}|{node.IsFolder}|{node.Bytes.Count}|"));
            hash.AppendData(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(node.Bytes));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void Damage(string path) => _now[path].Bytes[^1] ^= 1;

    public bool FileExists(string path) => _now.TryGetValue(path, out Node? node) && !node.IsFolder && node.Target is null;

    public bool FolderExists(string path) => _now.TryGetValue(path, out Node? node) && node.IsFolder;

    public Stream OpenRead(string path) => FileExists(path) ? new MemoryStream([.. _now[path].Bytes]) : throw new FileNotFoundException($"{path} is not there.");

    public IReadOnlyList<string> List(string folder) => [.. _now.Where(one => !one.Value.IsFolder && one.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Select(one => one.Key[(folder.Length + 1)..])];

    public string? ReadLink(string path) => _now.GetValueOrDefault(path)?.Target;

    public long FreeBytes(string folder) => Free;

    public void CreateFolder(string path)
    {
        if (!FolderExists(Above(path))) throw new DirectoryNotFoundException(path);
        Step($"mkdir {path}");
        if (!FolderExists(path)) _now[path] = new() { IsFolder = true };
    }

    public IUpdateFile Append(string path, bool run = false)
    {
        if (!FolderExists(Above(path))) throw new DirectoryNotFoundException(path);
        if (!FileExists(path))
        {
            Step($"create {path}");
            _now[path] = new();
        }

        return new PlayedFile(this, _now[path], path);
    }

    public void Truncate(string path, long length)
    {
        Step($"truncate {path}");
        Node node = _now[path];
        node.Bytes.RemoveRange((int)length, node.Bytes.Count - (int)length);
        node.Synced = (int)length;
    }

    public void Rename(string from, string to)
    {
        if (!_now.TryGetValue(from, out Node? node)) throw new FileNotFoundException(from);
        Step($"rename {from} {to}");
        _now.Remove(from);
        _now[to] = node;
    }

    public void Delete(string path)
    {
        if (!_now.TryGetValue(path, out Node? node) || node.IsFolder) return;
        Step($"delete {path}");
        _now.Remove(path);
    }

    public void DeleteTree(string path)
    {
        foreach (string one in _now.Keys.Where(one => one == path || one.StartsWith(path + "/", StringComparison.Ordinal)).Reverse().ToList())
        {
            Step($"delete {one}");
            _now.Remove(one);
        }
    }

    public void Link(string path, string target)
    {
        Step($"link {path} {target}");
        _now[path] = new() { Target = target };
    }

    public void SyncFolder(string path)
    {
        if (!FolderExists(path)) throw new DirectoryNotFoundException(path);
        Step($"sync {path}");
        foreach (string gone in _durable.Keys.Where(one => Above(one) == path && !_now.ContainsKey(one)).ToList())
            foreach (string below in _durable.Keys.Where(one => one == gone || one.StartsWith(gone + "/", StringComparison.Ordinal)).ToList()) _durable.Remove(below);
        foreach ((string one, Node node) in _now.Where(one => Above(one.Key) == path)) _durable[one] = node;
    }

    private static string Above(string path) => path.LastIndexOf('/') is > 0 and int at ? path[..at] : "";

    private void Step(string what)
    {
        Log.Add(what);
        if (++Steps == DieAt) throw new PowerCutException();
    }

    private sealed class PlayedFile(PlayedDisk disk, Node node, string path) : IUpdateFile
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            // Torn: of the write at which it ends a half is there.
            if (disk.Steps + 1 == disk.DieAt) node.Bytes.AddRange(bytes[..(bytes.Length / 2)]);
            disk.Step($"write {path} {bytes.Length}");
            node.Bytes.AddRange(bytes);
        }

        public void Sync()
        {
            disk.Step($"fsync {path}");
            node.Synced = node.Bytes.Count;
        }

        public void Dispose()
        {
        }
    }
}
