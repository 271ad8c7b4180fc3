using System.Buffers.Binary;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Walks the markers of a JPEG stream (ITU-T T.81, annex B) without decoding it, so that a frame cut short by a
/// USB fault or a forged size is named before any memory is spent on it.
/// </summary>
internal static class JpegStructure
{
    internal readonly record struct Info(int Width, int Height, int End);

    /// <summary>Returns null and the facts when the stream runs from SOI to EOI; otherwise the fault.</summary>
    internal static FrameFault? Inspect(ReadOnlySpan<byte> data, out Info info)
    {
        info = default;
        if (data.IsEmpty)
        {
            return new FrameFault(FrameFaultCode.Empty, "The frame is empty: the camera delivered no bytes.");
        }

        if (data.Length < 4 || data[0] != 0xFF || data[1] != 0xD8)
        {
            return new FrameFault(FrameFaultCode.NotJpeg,
                $"The frame does not start with a JPEG marker (FF D8) but with {Convert.ToHexString(data[..Math.Min(2, data.Length)])}; it is not a JPEG picture or its start was lost.");
        }

        var at = 2;
        int width = 0, height = 0;
        while (true)
        {
            if (at + 2 > data.Length)
            {
                return Truncated(data.Length);
            }

            if (data[at] != 0xFF)
            {
                return new FrameFault(FrameFaultCode.Corrupt,
                    $"The JPEG picture is damaged: no marker where one must be, at byte {at} of {data.Length}.");
            }

            var marker = data[at + 1];
            at += marker == 0xFF ? 1 : 2;
            if (marker is 0xFF or 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue;
            }

            if (marker == 0xD9)
            {
                break;
            }

            if (at + 2 > data.Length)
            {
                return Truncated(data.Length);
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            if (length < 2 || at + length > data.Length)
            {
                return Truncated(data.Length);
            }

            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC && length >= 8)
            {
                height = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 3)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 5)..]);
            }

            at += length;
            if (marker == 0xDA)
            {
                at = SkipEntropyCoded(data, at);
            }
        }

        if (width == 0 || height == 0)
        {
            return new FrameFault(FrameFaultCode.BadDimensions, "The JPEG picture states no width or height.");
        }

        info = new Info(width, height, at);
        return null;
    }

    // After SOS: data bytes, stuffed FF 00 and restart markers, until any other marker.
    private static int SkipEntropyCoded(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length)
        {
            var next = data[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= data.Length)
            {
                return data.Length;
            }

            at += next;
            if (data[at + 1] is 0x00 or 0xFF or (>= 0xD0 and <= 0xD7))
            {
                at += data[at + 1] == 0xFF ? 1 : 2;
                continue;
            }

            return at;
        }

        return data.Length;
    }

    private static FrameFault Truncated(int length) => new(FrameFaultCode.Truncated,
        $"The JPEG picture is cut short: {length} bytes came and the end marker (FF D9) is missing.");
}
