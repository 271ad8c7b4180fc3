using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Sim;

/// <summary>A flash in memory that outlives boots, can lose power after any number of bytes, and can refuse writes.</summary>
internal sealed class MemoryStorage : IStorage
{
    private readonly Dictionary<string, byte[]> _files = [];

    /// <summary>Bytes that may still be written before the power goes; each delete or rename costs one.</summary>
    public long PowerLeft { get; set; } = long.MaxValue;

    /// <summary>Writes, deletes and renames so far.</summary>
    public long Writes { get; private set; }

    public bool Refuses { get; set; }

    public bool Exists(string name) => _files.ContainsKey(name);

    public byte[]? Read(string name) => _files.TryGetValue(name, out byte[]? data) ? [.. data] : null;

    public bool Append(string name, byte[] data, int length) =>
        Put(name, _files.GetValueOrDefault(name, []), data, length);

    public bool Write(string name, byte[] data, int length) => Put(name, [], data, length);

    public bool Rename(string from, string to)
    {
        if (Refuses || !_files.TryGetValue(from, out byte[]? data) || _files.ContainsKey(to))
        {
            return false;
        }

        Spend(1);
        _files.Remove(from);
        _files[to] = data;
        return true;
    }

    public bool Delete(string name)
    {
        if (Refuses)
        {
            return false;
        }

        if (_files.ContainsKey(name))
        {
            Spend(1);
            _files.Remove(name);
        }

        return true;
    }

    public void Set(string name, byte[] data) => _files[name] = data;

    private bool Put(string name, byte[] before, byte[] data, int length)
    {
        if (Refuses)
        {
            return false;
        }

        int written = (int)Math.Min(length, PowerLeft);
        _files[name] = [.. before, .. data.AsSpan(0, written)];
        Spend(length);
        return true;
    }

    private void Spend(long bytes)
    {
        Writes++;
        PowerLeft -= bytes;
        if (PowerLeft < 0)
        {
            PowerLeft = 0;
            throw new PowerCutException();
        }
    }
}
