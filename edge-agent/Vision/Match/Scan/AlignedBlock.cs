namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Zeroed memory that starts on a cache line (64 bytes) and never moves, so that the garbage collector leaves no copies of
/// biometric values behind when it compacts, and a vector load never straddles two lines.
/// </summary>
internal sealed unsafe class AlignedBlock<T>
    where T : unmanaged
{
    private const int Line = 64;
    private readonly byte[] _bytes;
    private readonly int _offset;

    internal AlignedBlock(int length)
    {
        Length = length;
        _bytes = GC.AllocateArray<byte>(checked((length * sizeof(T)) + Line - 1), pinned: true);
        var misaligned = (int)((nuint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _bytes[0]) & (Line - 1));
        _offset = (Line - misaligned) & (Line - 1);
    }

    internal int Length { get; }

    /// <summary>Valid while this object is reachable.</summary>
    internal T* Pointer => (T*)((byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _bytes[0]) + _offset);

    internal Span<T> Span => new(Pointer, Length);

    /// <summary>Overwrites everything; the runtime does not leave such a call out, the memory stays reachable.</summary>
    internal void Erase() => Array.Clear(_bytes);
}
