using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Two megabytes of zeroed memory, or a multiple, in the form of huge pages where the kernel has them to give: a scan
/// touches every byte once, and with pages of 4 KB the processor spends a third of the time finding them. Outside the
/// managed heap, so that it can be given back at the moment it is erased.
/// </summary>
internal sealed unsafe partial class PageBlock : IDisposable
{
    internal const int Unit = 2 << 20;
    private const int AdviseHugePages = 14;
    private void* _memory;

    internal PageBlock(long bytes)
    {
        Bytes = (bytes + Unit - 1) / Unit * Unit;
        _memory = NativeMemory.AlignedAlloc((nuint)Bytes, Unit);
        if (OperatingSystem.IsLinux())
        {
            // Refused by a kernel without them; then the pages are small and all is as before.
            _ = Advise(_memory, (nuint)Bytes, AdviseHugePages);
        }

        NativeMemory.Clear(_memory, (nuint)Bytes);
    }

    ~PageBlock() => Free();

    internal long Bytes { get; }

    internal sbyte* Pointer => (sbyte*)_memory;

    /// <summary>Erases and gives back. Nobody may be reading.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_memory is not null)
        {
            // Written by the runtime's own function, which a compiler cannot prove to be without effect and leave out.
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(new Span<byte>(_memory, checked((int)Bytes)));
            NativeMemory.AlignedFree(_memory);
            _memory = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* at, nuint length, int advice);
}
