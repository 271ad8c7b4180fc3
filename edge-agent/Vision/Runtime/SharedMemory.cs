using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Memory that agent and worker both map: one binding's input, then its outputs. It is an anonymous file
/// (memfd_create(2)), so that no pixel of a face ever has a name in a file system, and it goes with its last user.
/// </summary>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private readonly SafeFileHandle _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _start;

    private SharedMemory(SafeFileHandle file) => _file = file;

    /// <summary>The descriptor's number in this process.</summary>
    internal int Descriptor => (int)_file.DangerousGetHandle();

    /// <exception cref="ModelFaultException">The system gives no such memory.</exception>
    internal static SharedMemory Create()
    {
        var file = memfd_create("devices-model", 1);
        return file >= 0
            ? new SharedMemory(new SafeFileHandle(file, ownsHandle: true))
            : throw new ModelFaultException($"This system gives no memory to share with the model process: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
    }

    /// <summary>The worker's side: the same memory, by the parent's descriptor.</summary>
    internal static SharedMemory OfParent(int process, int descriptor) =>
        new(File.OpenHandle($"/proc/{process}/fd/{descriptor}", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));

    internal void Map(long bytes)
    {
        Unmap();
        if (RandomAccess.GetLength(_file) < bytes)
        {
            RandomAccess.SetLength(_file, bytes);
        }

        _map = MemoryMappedFile.CreateFromFile(_file, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    internal float* At(long offset) => (float*)(_start + offset);

    public void Dispose()
    {
        Unmap();
        _file.Dispose();
    }

    private void Unmap()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map!.Dispose();
            _view = null;
        }
    }

#pragma warning disable IDE1006, SA1300 // a name of libc
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
#pragma warning restore IDE1006, SA1300
}
