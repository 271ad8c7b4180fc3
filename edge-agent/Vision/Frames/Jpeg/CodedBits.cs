using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>The bits of one restart interval, without stuffed bytes, followed by <see cref="Padding"/> zeros.</summary>
internal ref struct CodedBits
{
    /// <summary>More than any MCU takes, so that it suffices to look for the end after each.</summary>
    internal const int Padding = 4096;

    private readonly ref byte _first;
    private readonly int _length;
    private ulong _bits;
    private int _count;
    private int _at;

    internal CodedBits(ReadOnlySpan<byte> padded)
    {
        _first = ref MemoryMarshal.GetReference(padded);
        _length = padded.Length - Padding;
    }

    /// <summary>Whether more bits were taken than there are.</summary>
    internal readonly bool IsBeyond => (_at * 8) - _count > _length * 8;

    /// <summary>Whole bytes that nobody took.</summary>
    internal readonly int Left => _length - (((_at * 8) - _count + 7) / 8);

    /// <summary>One block: dequantised coefficients into their places. Where the last one is; -1 when the code is broken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int Block(HuffmanTable dc, HuffmanTable ac, int[] quantiser, ref int mean, scoped Span<int> block)
    {
        ref var symbols = ref MemoryMarshal.GetArrayDataReference(ac.Symbols);
        ref var values = ref MemoryMarshal.GetArrayDataReference(ac.Values);
        ref var order = ref MemoryMarshal.GetReference(JpegHeader.Order);
        ref var steps = ref MemoryMarshal.GetArrayDataReference(quantiser);
        ref var to = ref MemoryMarshal.GetReference(block);

        // In registers for the whole block: this is where most of the time of a picture goes.
        var (bits, count, at) = (_bits, _count, _at);
        ref var first = ref _first;
        if (count < 32)
        {
            bits |= (ulong)BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at))) << (32 - count);
            at += 4;
            count += 32;
        }

        int length, size, run, last;
        int found = dc.Symbols[(int)(bits >> (64 - HuffmanTable.Bits))];
        if (found != 0)
        {
            (length, size) = (found >> 8, found & 255);
        }
        else
        {
            (length, size) = dc.Long((int)(bits >> 48));
        }

        if (size > 11 || length > 16)
        {
            return -1;
        }

        bits <<= length;
        count -= length;
        if (size > 0)
        {
            mean += HuffmanTable.Extend((int)(bits >> (64 - size)), size);
            bits <<= size;
            count -= size;
        }

        to = mean * steps;
        last = 0;
        for (var k = 1; k < 64; k++)
        {
            if (count < 32)
            {
                bits |= (ulong)BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at))) << (32 - count);
                at += 4;
                count += 32;
            }

            var fast = Unsafe.Add(ref values, (int)(bits >> (64 - HuffmanTable.ValueBits)));
            if (fast != 0)
            {
                k += (fast >> 8) & 15;
                if (k > 63)
                {
                    return -1;
                }

                bits <<= fast & 255;
                count -= fast & 255;
                Unsafe.Add(ref to, (int)Unsafe.Add(ref order, k)) = (fast >> 16) * Unsafe.Add(ref steps, k);
                last = k;
                continue;
            }

            found = Unsafe.Add(ref symbols, (int)(bits >> (64 - HuffmanTable.Bits)));
            (length, run) = found != 0 ? (found >> 8, found & 255) : ac.Long((int)(bits >> 48));
            if (length > 16)
            {
                return -1;
            }

            bits <<= length;
            count -= length;
            size = run & 15;
            if (size == 0)
            {
                if (run == 0xF0)
                {
                    k += 15;
                    continue;
                }

                if (run != 0)
                {
                    // Other runs without a value belong to progressive pictures.
                    return -1;
                }

                break;
            }

            k += run >> 4;
            if (k > 63)
            {
                return -1;
            }

            Unsafe.Add(ref to, (int)Unsafe.Add(ref order, k)) = HuffmanTable.Extend((int)(bits >> (64 - size)), size) * Unsafe.Add(ref steps, k);
            bits <<= size;
            count -= size;
            last = k;
        }

        (_bits, _count, _at) = (bits, count, at);
        return last;
    }
}
