using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>
/// The 8×8 inverse transform in whole numbers of 13 bits after Loeffler, Ligtenberg and Moschytz (ICASSP 1989), rounded where
/// libjpeg's accurate transform rounds, so that the pixels are the same ones. Eight columns, then eight rows, are one vector each.
/// </summary>
internal static class InverseDct
{
    /// <param name="block">64 dequantised coefficients; used up.</param>
    /// <param name="to">First of eight rows of eight pixels.</param>
    internal static void Whole(Span<int> block, Span<byte> to, int stride)
    {
        ref var b = ref MemoryMarshal.GetReference(block);
        Pass(ref b, 11);
        Transpose(ref b);
        Pass(ref b, 18);
        Transpose(ref b);
        ref var pixels = ref MemoryMarshal.GetReference(to);
        for (var y = 0; y < 8; y++)
        {
            var row = Vector256.LoadUnsafe(ref b, (nuint)(y * 8)) + Vector256.Create(128);
            row = Vector256.Min(Vector256.Max(row, Vector256<int>.Zero), Vector256.Create(255));
            var words = Vector128.Narrow(row.GetLower(), row.GetUpper());
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref pixels, y * stride), Vector128.Narrow(words, words).AsUInt64().ToScalar());
        }
    }

    /// <summary>A block that has only its mean.</summary>
    internal static void Flat(int mean, Span<byte> to, int stride)
    {
        var pixel = Level(mean);
        ref var pixels = ref MemoryMarshal.GetReference(to);
        var eight = Vector128.Create(pixel).AsUInt64().ToScalar();
        for (var y = 0; y < 8; y++)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref pixels, y * stride), eight);
        }
    }

    /// <summary>The mean as a pixel.</summary>
    internal static byte Level(int mean) => (byte)Math.Clamp(((mean + 4) >> 3) + 128, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(ref int b, int shift)
    {
        Vector256<int> v0 = Row(ref b, 0), v1 = Row(ref b, 1), v2 = Row(ref b, 2), v3 = Row(ref b, 3);
        Vector256<int> v4 = Row(ref b, 4), v5 = Row(ref b, 5), v6 = Row(ref b, 6), v7 = Row(ref b, 7);
        var z1 = (v2 + v6) * 4433;
        var even2 = z1 - (v6 * 15137);
        var even3 = z1 + (v2 * 6270);
        var round = Vector256.Create(1 << (shift - 1));
        var even0 = ((v0 + v4) << 13) + round;
        var even1 = ((v0 - v4) << 13) + round;
        var (t10, t13, t11, t12) = (even0 + even3, even0 - even3, even1 + even2, even1 - even2);

        z1 = (v7 + v1) * -7373;
        var z2 = (v5 + v3) * -20995;
        var z3 = v7 + v3;
        var z4 = v5 + v1;
        var z5 = (z3 + z4) * 9633;
        z3 = (z3 * -16069) + z5;
        z4 = (z4 * -3196) + z5;
        var o0 = (v7 * 2446) + z1 + z3;
        var o1 = (v5 * 16819) + z2 + z4;
        var o2 = (v3 * 25172) + z2 + z3;
        var o3 = (v1 * 12299) + z1 + z4;
        Put(ref b, 0, (t10 + o3) >> shift);
        Put(ref b, 7, (t10 - o3) >> shift);
        Put(ref b, 1, (t11 + o2) >> shift);
        Put(ref b, 6, (t11 - o2) >> shift);
        Put(ref b, 2, (t12 + o1) >> shift);
        Put(ref b, 5, (t12 - o1) >> shift);
        Put(ref b, 3, (t13 + o0) >> shift);
        Put(ref b, 4, (t13 - o0) >> shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Row(ref int b, int y) => Vector256.LoadUnsafe(ref b, (nuint)(y * 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref int b, int y, Vector256<int> row) => row.StoreUnsafe(ref b, (nuint)(y * 8));

    // Four quarters of 4×4; the two off the diagonal change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref int b)
    {
        Quarter(ref b, 0, 0);
        Quarter(ref b, 36, 36);
        var (a0, a1, a2, a3) = Turned(ref b, 4);
        var (c0, c1, c2, c3) = Turned(ref b, 32);
        Store(ref b, 32, a0, a1, a2, a3);
        Store(ref b, 4, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(ref int b, int from, int to)
    {
        var (a0, a1, a2, a3) = Turned(ref b, from);
        Store(ref b, to, a0, a1, a2, a3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref int b, int at, Vector128<int> a0, Vector128<int> a1, Vector128<int> a2, Vector128<int> a3)
    {
        a0.StoreUnsafe(ref b, (nuint)at);
        a1.StoreUnsafe(ref b, (nuint)(at + 8));
        a2.StoreUnsafe(ref b, (nuint)(at + 16));
        a3.StoreUnsafe(ref b, (nuint)(at + 24));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int> A, Vector128<int> B, Vector128<int> C, Vector128<int> D) Turned(ref int b, int at)
    {
        Vector128<int> a = Vector128.LoadUnsafe(ref b, (nuint)at), c = Vector128.LoadUnsafe(ref b, (nuint)(at + 8));
        Vector128<int> e = Vector128.LoadUnsafe(ref b, (nuint)(at + 16)), g = Vector128.LoadUnsafe(ref b, (nuint)(at + 24));
        Turn(ref a, ref c, ref e, ref g);
        return (a, c, e, g);
    }

    /// <summary>Rows become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Turn(ref Vector128<int> a, ref Vector128<int> b, ref Vector128<int> c, ref Vector128<int> d)
    {
        Vector128<long> ab = Low(a, b).AsInt64(), abHigh = High(a, b).AsInt64(), cd = Low(c, d).AsInt64(), cdHigh = High(c, d).AsInt64();
        a = Vector128.Create(ab.GetLower(), cd.GetLower()).AsInt32();
        b = Vector128.Create(ab.GetUpper(), cd.GetUpper()).AsInt32();
        c = Vector128.Create(abHigh.GetLower(), cdHigh.GetLower()).AsInt32();
        d = Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Low(Vector128<int> a, Vector128<int> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> High(Vector128<int> a, Vector128<int> b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3));
}
