using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>As <see cref="Avx2Kernel"/>, a cache line at a time. Here the sums of four rows are added up together.</summary>
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
                Fetch(rows + Ahead + (4 * i));
                Fetch(rows + Ahead + (4 * i) + 128);
                a += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + i) ^ m), ones);
                b += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + stride + i) ^ m), ones);
                c += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + (2 * stride) + i) ^ m), ones);
                d += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(p, Vector512.LoadAligned(rows + (3 * stride) + i) ^ m), ones);
            }

            // Lane by lane a0 b0 c0 d0, a1 b1 c1 d1, …; then the lanes.
            var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
            var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
            var abcd = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
            var half = abcd.GetLower() + abcd.GetUpper();
            (half.GetLower() + half.GetUpper() + Vector128.Create(probe.Correction)).Store(dots + row);
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
