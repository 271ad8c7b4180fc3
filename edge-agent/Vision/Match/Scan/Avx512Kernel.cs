using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>As <see cref="Avx2Kernel"/>, a cache line at a time.</summary>
internal sealed unsafe class Avx512Kernel : DotKernel
{
    internal override string Name => "AVX-512BW";

    internal override bool IsSupported => Avx512BW.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var magnitudes = probe.Magnitudes;
        var mask = probe.Mask;
        var ones = Vector512.Create((short)1);
        var row = 0;
        for (; row + 4 <= count; row += 4, rows += 4 * stride)
        {
            Vector512<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 64)
            {
                var p = Vector512.LoadAligned(magnitudes + i);
                var m = Vector512.LoadAligned(mask + i);
                a += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + i) ^ m), ones);
                b += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + stride + i) ^ m), ones);
                c += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + (2 * stride) + i) ^ m), ones);
                d += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + (3 * stride) + i) ^ m), ones);
            }

            dots[row] = Vector512.Sum(a) + probe.Correction;
            dots[row + 1] = Vector512.Sum(b) + probe.Correction;
            dots[row + 2] = Vector512.Sum(c) + probe.Correction;
            dots[row + 3] = Vector512.Sum(d) + probe.Correction;
        }

        for (; row < count; row++, rows += stride)
        {
            Vector512<int> a = default;
            for (var i = 0; i < stride; i += 64)
            {
                var r = Vector512.LoadAligned(rows + i) ^ Vector512.LoadAligned(mask + i);
                a += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.LoadAligned(magnitudes + i), r), ones);
            }

            dots[row] = Vector512.Sum(a) + probe.Correction;
        }
    }
}
