using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>As <see cref="Avx2Kernel"/>, a cache line at a time. Here the sums of four rows are added up together.</summary>
internal sealed unsafe class Avx512Kernel : DotKernel
{
    private const int RegisterStride = 512;

    internal override string Name => "AVX-512BW";

    internal override bool IsSupported => Avx512BW.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var whole = count & ~3;
        if (probe.Stride == RegisterStride)
        {
            OneAfterTheOther(probe, rows, whole, dots);
        }
        else
        {
            SideBySide(probe, rows, whole, dots);
        }

        Rest(probe, rows + ((long)whole * probe.Stride), count - whole, dots + whole);
    }

    // The whole probe lies in registers, so each row's values are loaded once and nothing else is: the processor sees one
    // stream of memory and fetches ahead by itself, better than when it is asked to.
    private static void OneAfterTheOther(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var ones = Vector512.Create((short)1);
        var magnitudes = probe.Magnitudes;
        var mask = probe.Mask;
        var p0 = Vector512.LoadAligned(magnitudes);
        var p1 = Vector512.LoadAligned(magnitudes + 64);
        var p2 = Vector512.LoadAligned(magnitudes + 128);
        var p3 = Vector512.LoadAligned(magnitudes + 192);
        var p4 = Vector512.LoadAligned(magnitudes + 256);
        var p5 = Vector512.LoadAligned(magnitudes + 320);
        var p6 = Vector512.LoadAligned(magnitudes + 384);
        var p7 = Vector512.LoadAligned(magnitudes + 448);
        var m0 = Vector512.LoadAligned(mask);
        var m1 = Vector512.LoadAligned(mask + 64);
        var m2 = Vector512.LoadAligned(mask + 128);
        var m3 = Vector512.LoadAligned(mask + 192);
        var m4 = Vector512.LoadAligned(mask + 256);
        var m5 = Vector512.LoadAligned(mask + 320);
        var m6 = Vector512.LoadAligned(mask + 384);
        var m7 = Vector512.LoadAligned(mask + 448);
        for (var row = 0; row < count; row += 4, rows += 4 * RegisterStride)
        {
            var a = (Products(p0, m0, rows, ones) + Products(p1, m1, rows + 64, ones))
                + (Products(p2, m2, rows + 128, ones) + Products(p3, m3, rows + 192, ones))
                + (Products(p4, m4, rows + 256, ones) + Products(p5, m5, rows + 320, ones))
                + (Products(p6, m6, rows + 384, ones) + Products(p7, m7, rows + 448, ones));
            var b = (Products(p0, m0, rows + 512, ones) + Products(p1, m1, rows + 576, ones))
                + (Products(p2, m2, rows + 640, ones) + Products(p3, m3, rows + 704, ones))
                + (Products(p4, m4, rows + 768, ones) + Products(p5, m5, rows + 832, ones))
                + (Products(p6, m6, rows + 896, ones) + Products(p7, m7, rows + 960, ones));
            var c = (Products(p0, m0, rows + 1024, ones) + Products(p1, m1, rows + 1088, ones))
                + (Products(p2, m2, rows + 1152, ones) + Products(p3, m3, rows + 1216, ones))
                + (Products(p4, m4, rows + 1280, ones) + Products(p5, m5, rows + 1344, ones))
                + (Products(p6, m6, rows + 1408, ones) + Products(p7, m7, rows + 1472, ones));
            var d = (Products(p0, m0, rows + 1536, ones) + Products(p1, m1, rows + 1600, ones))
                + (Products(p2, m2, rows + 1664, ones) + Products(p3, m3, rows + 1728, ones))
                + (Products(p4, m4, rows + 1792, ones) + Products(p5, m5, rows + 1856, ones))
                + (Products(p6, m6, rows + 1920, ones) + Products(p7, m7, rows + 1984, ones));
            Sums(a, b, c, d, probe.Correction).Store(dots + row);
        }
    }

    private static void SideBySide(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var magnitudes = probe.Magnitudes;
        var mask = probe.Mask;
        var ones = Vector512.Create((short)1);
        for (var row = 0; row < count; row += 4, rows += 4 * stride)
        {
            Vector512<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 64)
            {
                var p = Vector512.LoadAligned(magnitudes + i);
                var m = Vector512.LoadAligned(mask + i);
                Fetch(rows + Ahead + (4 * i));
                Fetch(rows + Ahead + (4 * i) + 128);
                a += Products(p, m, rows + i, ones);
                b += Products(p, m, rows + stride + i, ones);
                c += Products(p, m, rows + (2 * stride) + i, ones);
                d += Products(p, m, rows + (3 * stride) + i, ones);
            }

            Sums(a, b, c, d, probe.Correction).Store(dots + row);
        }
    }

    private static void Rest(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var ones = Vector512.Create((short)1);
        for (var row = 0; row < count; row++, rows += stride)
        {
            Vector512<int> a = default;
            for (var i = 0; i < stride; i += 64)
            {
                a += Products(Vector512.LoadAligned(probe.Magnitudes + i), Vector512.LoadAligned(probe.Mask + i), rows + i, ones);
            }

            dots[row] = Vector512.Sum(a) + probe.Correction;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(Vector512<byte> magnitude, Vector512<sbyte> mask, sbyte* row, Vector512<short> ones) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(magnitude, Vector512.LoadAligned(row) ^ mask), ones);

    // Lane by lane a0 b0 c0 d0, a1 b1 c1 d1, …; then the lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d, int correction)
    {
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var abcd = Avx512F.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx512F.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32();
        var half = abcd.GetLower() + abcd.GetUpper();
        return half.GetLower() + half.GetUpper() + Vector128.Create(correction);
    }
}
