using System.Numerics;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>For any processor with vectors of whatever width: bytes are widened and multiplied in 16 bits, added in 32.</summary>
internal sealed unsafe class PortableKernel : DotKernel
{
    internal override string Name => "portable vectors";

    // 64 is what a row's stride is a multiple of.
    internal override bool IsSupported => Vector.IsHardwareAccelerated && Vector<sbyte>.Count <= 64;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var values = probe.Values;
        for (var row = 0; row < count; row++, rows += stride)
        {
            Vector<int> a = default, b = default;
            for (var i = 0; i < stride; i += Vector<sbyte>.Count)
            {
                Vector.Widen(Vector.Load(values + i), out var p, out var q);
                Vector.Widen(Vector.Load(rows + i), out var r, out var s);

                // 127·127 fits 16 bits; the sum of two does too.
                Vector.Widen((p * r) + (q * s), out var low, out var high);
                a += low;
                b += high;
            }

            dots[row] = Vector.Sum(a + b);
        }
    }
}
