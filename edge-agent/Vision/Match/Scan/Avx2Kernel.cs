using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// x64 since 2013. VPMADDUBSW adds two products in 16 bits with saturation: |p|·|r xor m| ≤ 127·128, twice that is
/// 32,512, so it never saturates.
/// </summary>
internal sealed unsafe class Avx2Kernel : DotKernel
{
    internal override string Name => "AVX2";

    internal override bool IsSupported => Avx2.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var magnitudes = probe.Magnitudes;
        var mask = probe.Mask;
        var ones = Vector256.Create((short)1);
        var row = 0;
        for (; row + 4 <= count; row += 4, rows += 4 * stride)
        {
            Vector256<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 32)
            {
                var p = Vector256.LoadAligned(magnitudes + i);
                var m = Vector256.LoadAligned(mask + i);
                Fetch(rows + Ahead + (4 * i));
                a += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(p, Vector256.LoadAligned(rows + i) ^ m), ones);
                b += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(p, Vector256.LoadAligned(rows + stride + i) ^ m), ones);
                c += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(p, Vector256.LoadAligned(rows + (2 * stride) + i) ^ m), ones);
                d += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(p, Vector256.LoadAligned(rows + (3 * stride) + i) ^ m), ones);
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
                var r = Vector256.LoadAligned(rows + i) ^ Vector256.LoadAligned(mask + i);
                a += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.LoadAligned(magnitudes + i), r), ones);
            }

            dots[row] = Vector256.Sum(a) + probe.Correction;
        }
    }
}
