using System.IO.MemoryMappedFiles;

namespace Devices.Fuzz;

/// <summary>A file mapped into two processes: the input that is being read. What a stack overflow or a hang came from is there though its process can say nothing.</summary>
internal sealed class LastInput : IDisposable
{
    private const int Head = 16, Room = 512 * 1024;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LastInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Head + Room);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Number of the input, -1 before the first.</summary>
    public long Number => _view.ReadInt64(0) - 1;

    public byte[] Input
    {
        get
        {
            byte[] bytes = new byte[Math.Clamp(_view.ReadInt64(8), 0, Room)];
            _view.ReadArray(Head, bytes, 0, bytes.Length);
            return bytes;
        }
    }

    public void Note(long number, byte[] input)
    {
        _view.Write(8, (long)Math.Min(input.Length, Room));
        _view.WriteArray(Head, input, 0, Math.Min(input.Length, Room));
        _view.Write(0, number + 1);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
