using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>VPDPBUSD: four byte products into 32 bits at once. (.NET 10 offers it as AVX-VNNI only, not as AVX-512 VNNI.)</summary>
internal sealed unsafe class AvxVnniKernel : DotKernel
{
    internal override string Name => "AVX-VNNI";

    internal override bool IsSupported => AvxVnni.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var magnitudes = probe.Magnitudes;
        var mask = probe.Mask;
        var row = 0;
        for (; row + 4 <= count; row += 4, rows += 4 * stride)
        {
            Vector256<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 32)
            {
                var p = Vector256.LoadAligned(magnitudes + i);
                var m = Vector256.LoadAligned(mask + i);
                Fetch(rows + Ahead + (4 * i));
                a = AvxVnni.MultiplyWideningAndAdd(a, p, Vector256.LoadAligned(rows + i) ^ m);
                b = AvxVnni.MultiplyWideningAndAdd(b, p, Vector256.LoadAligned(rows + stride + i) ^ m);
                c = AvxVnni.MultiplyWideningAndAdd(c, p, Vector256.LoadAligned(rows + (2 * stride) + i) ^ m);
                d = AvxVnni.MultiplyWideningAndAdd(d, p, Vector256.LoadAligned(rows + (3 * stride) + i) ^ m);
            }

            var ab = Avx2.HorizontalAdd(a, b);
            var abcd = Avx2.HorizontalAdd(ab, Avx2.HorizontalAdd(c, d));
            (abcd.GetLower() + abcd.GetUpper() + Vector128.Create(probe.Correction)).Store(dots + row);
        }

        for (; row < count; row++, rows += stride)
        {
            Vector256<int> a = default;
            for (var i = 0; i < stride; i += 32)
            {
                a = AvxVnni.MultiplyWideningAndAdd(a, Vector256.LoadAligned(magnitudes + i), Vector256.LoadAligned(rows + i) ^ Vector256.LoadAligned(mask + i));
            }

            dots[row] = Vector256.Sum(a) + probe.Correction;
        }
    }
}
