namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>One Huffman table (ITU-T T.81, annex C and F.2.2.3), with everything that is short looked up at once.</summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits of the symbol look-up.</summary>
    internal const int Bits = 9;

    /// <summary>Bits of the look-up of a symbol together with its value.</summary>
    internal const int ValueBits = 10;

    private readonly int[] _largest = new int[18];
    private readonly int[] _offset = new int[17];
    private readonly byte[] _symbols = new byte[256];

    /// <summary>Length in the upper byte, symbol in the lower; 0 where the code is longer than <see cref="Bits"/>.</summary>
    internal ushort[] Symbols { get; } = new ushort[1 << Bits];

    /// <summary>For AC: value × 65536 + run × 256 + bits in all; 0 where these are more than <see cref="ValueBits"/>, or there is no value.</summary>
    internal int[] Values { get; } = new int[1 << ValueBits];

    internal bool IsSet { get; private set; }

    internal void Clear() => IsSet = false;

    /// <returns>False when the counts make no code.</returns>
    internal bool Set(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        IsSet = false;
        Array.Clear(Symbols);
        Array.Clear(Values);
        symbols.CopyTo(_symbols);
        var (code, at) = (0, 0);
        for (var length = 1; length <= 16; length++)
        {
            _offset[length] = at - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, at++)
            {
                if (length <= Bits)
                {
                    Symbols.AsSpan(code << (Bits - length), 1 << (Bits - length)).Fill((ushort)((length << 8) | symbols[at]));
                }
            }

            if (code > 1 << length)
            {
                return false;
            }

            // Left-aligned to 16 bits: what is below has at most this length.
            _largest[length] = code << (16 - length);
            code <<= 1;
        }

        _largest[17] = int.MaxValue;
        for (var bits = 0; bits < Values.Length; bits++)
        {
            var symbol = Symbols[bits >> (ValueBits - Bits)];
            var (length, size, run) = (symbol >> 8, symbol & 15, (symbol >> 4) & 15);
            if (length == 0 || size == 0 || length + size > ValueBits)
            {
                continue;
            }

            var value = (bits >> (ValueBits - length - size)) & ((1 << size) - 1);
            Values[bits] = (Extend(value, size) * 65536) + (run << 8) + length + size;
        }

        IsSet = true;
        return true;
    }

    /// <summary>A code longer than <see cref="Bits"/>: its length and symbol; length 17 where there is none.</summary>
    internal (int Length, int Symbol) Long(int sixteen)
    {
        var length = Bits + 1;
        while (length <= 16 && sixteen >= _largest[length])
        {
            length++;
        }

        return length > 16 ? (17, 0) : (length, _symbols[((sixteen >> (16 - length)) + _offset[length]) & 255]);
    }

    /// <summary>The signed value of so many bits (F.2.2.1).</summary>
    internal static int Extend(int value, int size) => value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}
