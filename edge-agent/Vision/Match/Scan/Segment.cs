using System.Security.Cryptography;
using Devices.Edge.Vision.Match.Rows;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Room for 1,024 rows: the bytes that are scanned, and beside them what is needed of a row only when it comes near.
/// A row belongs to the snapshots from the one it was born in up to the last before it died; readers of a snapshot
/// ignore all other rows, so a writer may fill, and after the last reader erase, rows that somebody is scanning past.
/// </summary>
internal sealed unsafe class Segment : IDisposable
{
    internal const int Capacity = 1024;
    private const uint Never = uint.MaxValue;
    private readonly PagePool _pages;
    private readonly PageBlock _block;
    private readonly int _part;
    private readonly sbyte* _values;
    private readonly AlignedBlock<float> _scales;
    private readonly AlignedBlock<float> _errors;
    private readonly uint[] _born = new uint[Capacity];
    private readonly uint[] _died = new uint[Capacity];
    private readonly string?[] _person = new string?[Capacity];
    private readonly Guid[] _id = new Guid[Capacity];
    private readonly int _size;
    private readonly int _stride;
    private int _used;

    internal Segment(int number, int size, ExactRows exact, PagePool pages)
    {
        Number = number;
        _size = size;
        _stride = Quantizer.StrideOf(size);
        _pages = pages;
        (_block, _part) = pages.Take();
        _values = _block.Pointer + ((long)_part * pages.PartBytes);
        _scales = new AlignedBlock<float>(Capacity);
        _errors = new AlignedBlock<float>(Capacity);
        Exact = exact;
        Array.Fill(_born, Never);
    }

    /// <summary>The writer's name for this segment, for <see cref="IdIndex"/>; not its place in a snapshot.</summary>
    internal int Number { get; }

    internal ExactRows Exact { get; }

    /// <summary>Rows that were ever filled; those behind belong to no snapshot.</summary>
    internal int Used => Volatile.Read(ref _used);

    /// <summary>Living rows, for the writer.</summary>
    internal int Live { get; private set; }

    internal float* Scales => _scales.Pointer;

    internal float* Errors => _errors.Pointer;

    /// <summary>Memory of a row besides its values.</summary>
    internal static int BytesPerRow => (4 * sizeof(int)) + IntPtr.Size + 16;

    internal sbyte* Row(int row) => _values + ((long)row * _stride);

    internal float ScaleOf(int row) => Scales[row];

    internal string Person(int row) => _person[row]!;

    internal Guid Id(int row) => _id[row];

    /// <summary>Died is read before born, and written after it: a slot that is filled anew is never taken for its former row.</summary>
    internal bool IsVisible(int row, uint version) => Volatile.Read(ref _died[row]) > version && Volatile.Read(ref _born[row]) <= version;

    internal bool IsAlive(int row) => _born[row] != Never && _died[row] == Never;

    /// <summary>A row to fill, or −1. The writer erased it when it last died.</summary>
    internal int FreeRow()
    {
        if (Live == Capacity)
        {
            return -1;
        }

        return _used < Capacity ? _used : Array.IndexOf(_born, Never);
    }

    /// <summary>Fills a free row; searches see it from <paramref name="version"/> on.</summary>
    internal void Fill(int row, FaceTemplate template, string person, uint version)
    {
        Exact.Write(row, template.Vector.Span);
        (Scales[row], Errors[row], _) = Quantizer.Quantize(template.Vector.Span, new Span<sbyte>(Row(row), _stride));
        _person[row] = person;
        _id[row] = template.Id;
        Volatile.Write(ref _died[row], Never);
        Volatile.Write(ref _born[row], version);
        if (row >= _used)
        {
            Volatile.Write(ref _used, row + 1);
        }

        Live++;
    }

    /// <summary>Searches of <paramref name="version"/> and later do not see the row any more.</summary>
    internal void Bury(int row, uint version) => Volatile.Write(ref _died[row], version);

    /// <summary>Overwrites a row that no search can see, and frees it.</summary>
    internal void Erase(int row)
    {
        Volatile.Write(ref _died[row], 0);
        Volatile.Write(ref _born[row], Never);
        Exact.Erase(row);
        CryptographicOperations.ZeroMemory(new Span<byte>(Row(row), _stride));
        Scales[row] = Errors[row] = 0;
        _person[row] = null;
        _id[row] = default;
        Live--;
    }

    /// <summary>The floats of a living row.</summary>
    internal ReadOnlySpan<float> ExactRow(int row, RowReader reader) => Exact.Read(row, reader)[.._size];

    /// <summary>Erases everything and gives the memory back. Only when no snapshot that is being read has it.</summary>
    public void Dispose()
    {
        Array.Fill(_born, Never);
        CryptographicOperations.ZeroMemory(new Span<byte>(_values, Capacity * _stride));
        _pages.Return(_block, _part);
        _scales.Erase();
        _errors.Erase();
        Array.Clear(_person);
        Array.Clear(_id);
        Exact.Dispose();
    }
}
