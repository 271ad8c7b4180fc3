using System.Buffers.Binary;

namespace Devices.Edge.Vision.Frames.Jpeg;

/// <summary>
/// What stands before the pixels of a picture as cameras make them: baseline or extended sequential, 8 bits, Huffman, grey or YCbCr
/// (4:4:4, 4:2:2, 4:2:0), one scan, upright. Anything else is not read here (<see cref="Read"/> is false) but by libjpeg-turbo.
/// Used again from picture to picture.
/// </summary>
internal sealed class JpegHeader
{
    private static readonly byte[] Zigzag =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly bool[] _quantised = new bool[4];
    private readonly byte[] _ids = new byte[3];

    /// <summary>Place in the block of the n-th coefficient as it is sent.</summary>
    internal static ReadOnlySpan<byte> Order => Zigzag;

    internal int Width { get; private set; }

    internal int Height { get; private set; }

    /// <summary>1 for grey, else 3.</summary>
    internal int Components { get; private set; }

    /// <summary>Luma blocks across in an MCU: 1 or 2. Chroma has one.</summary>
    internal int Across { get; private set; }

    internal int Down { get; private set; }

    /// <summary>MCUs between restarts; 0 for none.</summary>
    internal int Restart { get; private set; }

    /// <summary>Where the coded pixels begin.</summary>
    internal int Start { get; private set; }

    /// <summary>Quantisation of each component, in the order of sending.</summary>
    internal int[][] Quantisers { get; } = [new int[64], new int[64], new int[64], new int[64]];

    internal int[] QuantiserOf { get; } = new int[3];

    internal HuffmanTable[] Dc { get; } = [new(), new(), new(), new()];

    internal HuffmanTable[] Ac { get; } = [new(), new(), new(), new()];

    internal int[] DcOf { get; } = new int[3];

    internal int[] AcOf { get; } = new int[3];

    internal bool Read(ReadOnlySpan<byte> data)
    {
        (Width, Height, Components, Restart) = (0, 0, 0, 0);
        Array.Clear(_quantised);
        for (var i = 0; i < 4; i++)
        {
            Dc[i].Clear();
            Ac[i].Clear();
        }

        var tables = false;
        for (var at = 2; at + 4 <= data.Length;)
        {
            if (data[at] != 0xFF)
            {
                return false;
            }

            var marker = data[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            at += 2;
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            if (length < 2 || at + length > data.Length)
            {
                return false;
            }

            var body = data.Slice(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case 0xC0 or 0xC1:
                    if (Components != 0 || !Frame(body))
                    {
                        return false;
                    }

                    break;
                case 0xC4:
                    tables = true;
                    if (!Huffman(body))
                    {
                        return false;
                    }

                    break;
                case 0xDB:
                    if (!Quantisation(body))
                    {
                        return false;
                    }

                    break;
                case 0xDD:
                    if (body.Length < 2)
                    {
                        return false;
                    }

                    Restart = BinaryPrimitives.ReadUInt16BigEndian(body);
                    break;
                case 0xDA:
                    Start = at;
                    if (!tables)
                    {
                        StandardTables.Fill(Dc, Ac);
                    }

                    return Scan(body);
                case 0xEE when body.Length >= 12 && body.StartsWith("Adobe"u8):
                    // What Adobe calls no transform is RGB.
                    if (body[11] != 1)
                    {
                        return false;
                    }

                    break;
                case 0xE1 when body.StartsWith("Exif"u8) && !IsUpright(body):
                    return false;
                case >= 0xE0 and <= 0xEF or 0xFE:
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool Frame(ReadOnlySpan<byte> body)
    {
        if (body.Length < 6 || body[0] != 8)
        {
            return false;
        }

        (Height, Width, Components) = (BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]), body[5]);
        if (Width == 0 || Height == 0 || Components is not (1 or 3) || body.Length < 6 + (3 * Components))
        {
            return false;
        }

        for (var i = 0; i < Components; i++)
        {
            var part = body[(6 + (3 * i))..];
            _ids[i] = part[0];
            QuantiserOf[i] = part[2];
            var (across, down) = (part[1] >> 4, part[1] & 15);
            if (part[2] > 3)
            {
                return false;
            }

            if (i == 0)
            {
                // A single component has one block an MCU, whatever it says (A.2.2).
                (Across, Down) = Components == 1 ? (1, 1) : (across, down);
            }
            else if ((across, down) != (1, 1))
            {
                return false;
            }
        }

        // Three components named R, G, B are those.
        return (Across, Down) is (1, 1) or (2, 1) or (2, 2) && !(Components == 3 && _ids is [(byte)'R', (byte)'G', (byte)'B']);
    }

    private bool Huffman(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 17)
        {
            var (kind, number) = (body[0] >> 4, body[0] & 15);
            var counts = body.Slice(1, 16);
            var sum = 0;
            foreach (var count in counts)
            {
                sum += count;
            }

            if (kind > 1 || number > 3 || sum > 256 || body.Length < 17 + sum || !(kind == 0 ? Dc : Ac)[number].Set(counts, body.Slice(17, sum)))
            {
                return false;
            }

            body = body[(17 + sum)..];
        }

        return body.IsEmpty;
    }

    private bool Quantisation(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 65)
        {
            var (wide, number) = (body[0] >> 4, body[0] & 15);
            if (wide != 0 || number > 3)
            {
                return false;
            }

            for (var i = 0; i < 64; i++)
            {
                Quantisers[number][i] = body[1 + i];
            }

            _quantised[number] = true;
            body = body[65..];
        }

        return body.IsEmpty;
    }

    private bool Scan(ReadOnlySpan<byte> body)
    {
        if (Components == 0 || body.Length != 4 + (2 * Components) || body[0] != Components || body[1 + (2 * Components)] != 0 || body[2 + (2 * Components)] != 63)
        {
            return false;
        }

        for (var i = 0; i < Components; i++)
        {
            (DcOf[i], AcOf[i]) = (body[2 + (2 * i)] >> 4, body[2 + (2 * i)] & 15);
            if (body[1 + (2 * i)] != _ids[i] || DcOf[i] > 3 || AcOf[i] > 3 || !Dc[DcOf[i]].IsSet || !Ac[AcOf[i]].IsSet || !_quantised[QuantiserOf[i]])
            {
                return false;
            }
        }

        return true;
    }

    // Only a picture that surely stands upright: no orientation, or the first.
    private static bool IsUpright(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 14)
        {
            return false;
        }

        var tiff = exif[6..];
        var little = tiff[0] == 'I';
        var at = Four(tiff[4..], little);
        if (at < 8 || at + 2 > tiff.Length)
        {
            return false;
        }

        var entries = Two(tiff[(int)at..], little);
        for (var i = 0; i < entries; i++)
        {
            var entry = at + 2 + (12 * i);
            if (entry + 12 > tiff.Length)
            {
                return false;
            }

            if (Two(tiff[(int)entry..], little) == 0x0112)
            {
                return Two(tiff[(int)(entry + 8)..], little) == 1;
            }
        }

        return true;
    }

    private static int Two(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static long Four(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
