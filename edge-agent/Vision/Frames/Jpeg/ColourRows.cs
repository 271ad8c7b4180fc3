using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>
/// Chroma at half the resolution to whole rows by the triangle filter, and YCbCr (JFIF) to packed RGB; both rounded as libjpeg's
/// "fancy upsampling" and colour conversion are.
/// </summary>
internal static class ColourRows
{
    private static readonly Vector128<byte> Three = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <summary>One row of samples to twice as many; each end stands in for what is beyond it.</summary>
    internal static void Widen(ReadOnlySpan<byte> row, Span<byte> to)
    {
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var into = ref MemoryMarshal.GetReference(to);
        var count = row.Length;
        One(row, 0, to);
        var i = 1;
        for (; i + 9 <= count; i += 8)
        {
            var middle = Eight(ref from, i) * 3;
            var even = (middle + Eight(ref from, i - 1) + Vector128.Create((ushort)1)) >> 2;
            var odd = (middle + Eight(ref from, i + 1) + Vector128.Create((ushort)2)) >> 2;
            (even | (odd << 8)).AsByte().StoreUnsafe(ref into, (nuint)(i * 2));
        }

        for (; i < count; i++)
        {
            One(row, i, to);
        }

        static void One(ReadOnlySpan<byte> row, int i, Span<byte> to)
        {
            var three = row[i] * 3;
            to[i * 2] = (byte)((three + row[Math.Max(i - 1, 0)] + 1) >> 2);
            to[(i * 2) + 1] = (byte)((three + row[Math.Min(i + 1, row.Length - 1)] + 2) >> 2);
        }
    }

    /// <summary>Three parts of the nearer row and one of the farther, not yet divided, with one sample repeated at each end.</summary>
    internal static void Mix(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums)
    {
        var i = 0;
        ref var a = ref MemoryMarshal.GetReference(near);
        ref var b = ref MemoryMarshal.GetReference(far);
        ref var to = ref MemoryMarshal.GetReference(sums);
        for (; i + 8 <= near.Length; i += 8)
        {
            ((Eight(ref a, i) * 3) + Eight(ref b, i)).StoreUnsafe(ref to, (nuint)(i + 1));
        }

        for (; i < near.Length; i++)
        {
            sums[i + 1] = (ushort)((near[i] * 3) + far[i]);
        }

        sums[0] = sums[1];
        sums[near.Length + 1] = sums[near.Length];
    }

    /// <summary>What <see cref="Mix"/> made to a row of twice <paramref name="count"/> samples.</summary>
    internal static void Widen(ReadOnlySpan<ushort> sums, int count, Span<byte> to)
    {
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var into = ref MemoryMarshal.GetReference(to);
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var middle = Vector128.LoadUnsafe(ref from, (nuint)(i + 1)) * 3;
            var even = (middle + Vector128.LoadUnsafe(ref from, (nuint)i) + Vector128.Create((ushort)8)) >> 4;
            var odd = (middle + Vector128.LoadUnsafe(ref from, (nuint)(i + 2)) + Vector128.Create((ushort)7)) >> 4;
            (even | (odd << 8)).AsByte().StoreUnsafe(ref into, (nuint)(i * 2));
        }

        for (; i < count; i++)
        {
            var three = sums[i + 1] * 3;
            to[i * 2] = (byte)((three + sums[i] + 8) >> 4);
            to[(i * 2) + 1] = (byte)((three + sums[i + 2] + 7) >> 4);
        }
    }

    /// <summary>As many pixels as <paramref name="rgb"/> has room for.</summary>
    internal static void ToRgb(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> rgb)
    {
        ref var ys = ref MemoryMarshal.GetReference(luma);
        ref var us = ref MemoryMarshal.GetReference(blue);
        ref var vs = ref MemoryMarshal.GetReference(red);
        ref var to = ref MemoryMarshal.GetReference(rgb);
        var count = rgb.Length / 3;
        var i = 0;
        var half = Vector256.Create(32768);
        for (; (i + 8) * 3 + 4 <= rgb.Length; i += 8)
        {
            var y = Ints(ref ys, i);
            var u = Ints(ref us, i) - Vector256.Create(128);
            var v = Ints(ref vs, i) - Vector256.Create(128);
            var r = Limit(y + (((v * 91881) + half) >> 16));
            var g = Limit(y + (((u * -22554) + (v * -46802) + half) >> 16));
            var b = Limit(y + (((u * 116130) + half) >> 16));
            var pixels = (r | (g << 8) | (b << 16)).AsByte();
            Vector128.Shuffle(pixels.GetLower(), Three).StoreUnsafe(ref to, (nuint)(i * 3));
            Vector128.Shuffle(pixels.GetUpper(), Three).StoreUnsafe(ref to, (nuint)((i * 3) + 12));
        }

        for (; i < count; i++)
        {
            int y = luma[i], u = blue[i] - 128, v = red[i] - 128;
            rgb[i * 3] = Limit(y + (((v * 91881) + 32768) >> 16));
            rgb[(i * 3) + 1] = Limit(y + (((u * -22554) - (v * 46802) + 32768) >> 16));
            rgb[(i * 3) + 2] = Limit(y + (((u * 116130) + 32768) >> 16));
        }
    }

    /// <summary>Grey to three equal bytes.</summary>
    internal static void GreyToRgb(ReadOnlySpan<byte> luma, Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length / 3; i++)
        {
            rgb.Slice(i * 3, 3).Fill(luma[i]);
        }
    }

    private static byte Limit(int value) => (byte)Math.Clamp(value, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Limit(Vector256<int> value) => Vector256.Min(Vector256.Max(value, Vector256<int>.Zero), Vector256.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Eight(ref byte from, int at) =>
        Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at))).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Ints(ref byte from, int at)
    {
        var words = Eight(ref from, at);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}
