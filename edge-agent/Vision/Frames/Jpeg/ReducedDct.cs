using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>
/// Fewer pixels for a block from its lowest frequencies alone: 4×4, 2×2 or its mean. For finding faces and sensing motion, where
/// a picture of an eighth to a half of the side is wanted.
/// </summary>
internal static class ReducedDct
{
    /// <param name="isFlat">Whether the block has only its mean.</param>
    internal static void Transform(ReadOnlySpan<int> block, bool isFlat, int side, Span<byte> to, int stride)
    {
        if (side == 1)
        {
            to[0] = InverseDct.Level(block[0]);
            return;
        }

        if (side == 2)
        {
            int sum = block[0] + 4, a = Half(block[1]), b = Half(block[8]), c = Quarter(block[9]);
            to[0] = Pixel(sum + a + b + c);
            to[1] = Pixel(sum - a + b - c);
            to[stride] = Pixel(sum + a - b - c);
            to[stride + 1] = Pixel(sum - a - b + c);
            return;
        }

        if (isFlat)
        {
            var level = InverseDct.Level(block[0]);
            for (var y = 0; y < 4; y++)
            {
                to.Slice(y * stride, 4).Fill(level);
            }

            return;
        }

        ref var first = ref MemoryMarshal.GetReference(block);
        var (r0, r1, r2, r3) = Four(Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, 8), Vector128.LoadUnsafe(ref first, 16), Vector128.LoadUnsafe(ref first, 24), 6, 0);
        InverseDct.Turn(ref r0, ref r1, ref r2, ref r3);
        (r0, r1, r2, r3) = Four(r0, r1, r2, r3, 15, 128);
        InverseDct.Turn(ref r0, ref r1, ref r2, ref r3);
        ref var pixels = ref MemoryMarshal.GetReference(to[..((3 * stride) + 4)]);
        Put(r0, ref pixels);
        Put(r1, ref Unsafe.Add(ref pixels, stride));
        Put(r2, ref Unsafe.Add(ref pixels, 2 * stride));
        Put(r3, ref Unsafe.Add(ref pixels, 3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector128<int> row, ref byte to)
    {
        row = Vector128.Min(Vector128.Max(row, Vector128<int>.Zero), Vector128.Create(255));
        var words = Vector128.Narrow(row, row);
        Unsafe.WriteUnaligned(ref to, Vector128.Narrow(words, words).AsUInt32().ToScalar());
    }

    // The 8-point basis averaged over pairs of pixels, in 9 bits, four columns at once; the shift takes bits off again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<int> A, Vector128<int> B, Vector128<int> C, Vector128<int> D) Four(
        Vector128<int> c0, Vector128<int> c1, Vector128<int> c2, Vector128<int> c3, int shift, int offset)
    {
        var round = Vector128.Create((1 << (shift - 1)) + (offset << shift));
        var (even0, even1) = ((c0 * 512) + (c2 * 473) + round, (c0 * 512) - (c2 * 473) + round);
        var odd0 = (c1 * 656) + (c3 * 230);
        var odd1 = (c1 * 272) - (c3 * 556);
        return ((even0 + odd0) >> shift, (even1 + odd1) >> shift, (even1 - odd1) >> shift, (even0 - odd0) >> shift);
    }

    // The 8-point basis averaged over four pixels, in 10 bits; and its square.
    private static int Half(int c) => (c * 928) >> 10;

    private static int Quarter(int c) => (c * 841) >> 10;

    private static byte Pixel(int value) => (byte)Math.Clamp((value >> 3) + 128, 0, 255);
}
