namespace Devices.Terminal.Parts;

/// <summary>
/// A small flat file store (littlefs on the chip). Every call that returns true is durable: it survives a power cut.
/// A call that was cut off may leave a part of its bytes behind; the readers of the files deal with that by checksums.
/// </summary>
public interface IStorage
{
    bool Exists(string name);

    /// <summary>The whole file, or null when it's missing or unreadable.</summary>
    byte[]? Read(string name);

    /// <summary>Adds the first <paramref name="length"/> bytes at the end.</summary>
    bool Append(string name, byte[] data, int length);

    /// <summary>Replaces the whole file.</summary>
    bool Write(string name, byte[] data, int length);

    /// <summary>Renames; <paramref name="to"/> must not exist (File.Move on the chip refuses to overwrite).</summary>
    bool Rename(string from, string to);

    /// <summary>Deletes; true also when there was nothing.</summary>
    bool Delete(string name);
}
