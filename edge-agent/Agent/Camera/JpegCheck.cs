using System.Buffers.Binary;

namespace Devices.Edge.Agent.Camera;

/// <summary>
/// Cheap test that a buffer holds one whole JPEG picture (ITU-T T.81 annex B): SOI first, EOI last, zero padding after
/// it allowed since UVC drivers pad. The pixels are judged later, by the decoder.
/// </summary>
public static class JpegCheck
{
    /// <summary>Smallest thing that can be a picture: SOI, one frame header, one scan header, EOI.</summary>
    public const int MinBytes = 40;

    /// <summary>Null where sound (<paramref name="length"/> is without padding), else one sentence.</summary>
    public static string? Refuse(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        if (data.IsEmpty) return "The camera sent a frame without bytes.";
        if (data.Length < MinBytes) return $"The camera sent a frame of only {data.Length} bytes.";
        if (data[0] == 0 && data[1] == 0)
            return "The frame begins with zeros instead of a JPEG start marker: the driver returned an empty or partly filled buffer.";
        if (data[0] != 0xFF || data[1] != 0xD8)
            return $"The frame begins with {data[0]:X2} {data[1]:X2} instead of the JPEG start marker FF D8.";

        int end = data.Length;
        while (end > 2 && data[end - 1] == 0) end--;
        if (data[end - 2] != 0xFF || data[end - 1] != 0xD9)
            return $"The frame is cut short: {data.Length} bytes came without the JPEG end marker FF D9.";
        length = end;
        return null;
    }

    /// <summary>
    /// Finds the end of the JPEG picture that begins at the start of <paramref name="data"/> by walking its markers, so that a
    /// thumbnail inside an APP segment is not taken for the picture's end. Returns its length, 0 where more bytes are needed,
    /// -1 where the structure is broken.
    /// </summary>
    public static int FindEnd(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2) return 0;
        if (data[0] != 0xFF || data[1] != 0xD8) return -1;
        int at = 2;
        while (true)
        {
            if (at + 2 > data.Length) return 0;
            if (data[at] != 0xFF) return -1;
            byte marker = data[at + 1];
            if (marker == 0xFF)
            {
                at++; // fill byte
                continue;
            }

            at += 2;
            if (marker == 0xD9) return at;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7)) continue;
            if (marker is 0x00 or 0xD8) return -1;
            if (at + 2 > data.Length) return 0;
            int segment = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            if (segment < 2) return -1;
            at += segment;
            if (at > data.Length) return 0;
            if (marker != 0xDA) continue;

            // Entropy-coded bytes: up to a marker that is neither stuffing (FF 00) nor a restart (FF D0..D7).
            while (true)
            {
                int hit = data[at..].IndexOf((byte)0xFF);
                if (hit < 0 || at + hit + 1 >= data.Length) return 0;
                at += hit;
                if (data[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7))) break;
                at += 2;
            }
        }
    }
}
