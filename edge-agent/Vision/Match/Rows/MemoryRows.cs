using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Match.Rows;

/// <summary>Floats in memory: for galleries of the usual size.</summary>
internal sealed class MemoryRows(int rows, int size) : ExactRows
{
    private readonly AlignedBlock<float> _block = new(rows * size);

    internal override int MemoryPerRow => size * sizeof(float);

    internal override bool IsSealed => false;

    internal override void Write(int row, ReadOnlySpan<float> values) => values.CopyTo(Row(row));

    internal override ReadOnlySpan<float> Read(int row, RowReader reader) => Row(row);

    internal override void Erase(int row) => Row(row).Clear();

    public override void Dispose() => _block.Erase();

    private Span<float> Row(int row) => _block.Span.Slice(row * size, size);
}
