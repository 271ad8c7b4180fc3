using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>A directory that stands in for the chip's littlefs; every write is flushed to the disk before it counts.</summary>
public sealed class HostStorage(string directory, ISystem system) : IStorage
{
    private readonly string _directory = Directory.CreateDirectory(directory).FullName;

    public bool Exists(string name) => File.Exists(At(name));

    public byte[]? Read(string name)
    {
        try
        {
            return File.Exists(At(name)) ? File.ReadAllBytes(At(name)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(name, e);
            return null;
        }
    }

    public bool Append(string name, byte[] data, int length) => Put(name, FileMode.Append, data, length);

    public bool Write(string name, byte[] data, int length) => Put(name, FileMode.Create, data, length);

    public bool Rename(string from, string to) => Try(from, () => File.Move(At(from), At(to)));

    public bool Delete(string name) => Try(name, () => File.Delete(At(name)));

    private string At(string name) => Path.Combine(_directory, name);

    private bool Put(string name, FileMode mode, byte[] data, int length) => Try(name, () =>
    {
        using FileStream stream = new(At(name), mode, FileAccess.Write);
        stream.Write(data, 0, length);
        stream.Flush(flushToDisk: true);
    });

    private bool Try(string name, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(name, e);
            return false;
        }
    }

    private void Failed(string name, Exception e) => system.Log($"The file '{name}' of the stand-in's flash could not be used: {e.Message}");
}
