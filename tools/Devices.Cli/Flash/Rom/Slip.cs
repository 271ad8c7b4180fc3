namespace Devices.Cli.Flash.Rom;

/// <summary>SLIP framing (RFC 1055) as the ESP ROM loader uses it: a frame begins and ends with C0; inside, C0 is DB DC and DB is DB DD.</summary>
public static class Slip
{
    internal const byte End = 0xC0, Escape = 0xDB, EscapedEnd = 0xDC, EscapedEscape = 0xDD;

    /// <summary>The frame of <paramref name="packet"/>, with both ends.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> packet)
    {
        List<byte> frame = new(packet.Length + 16) { End };
        foreach (byte one in packet)
        {
            switch (one)
            {
                case End:
                    frame.AddRange([Escape, EscapedEnd]);
                    break;
                case Escape:
                    frame.AddRange([Escape, EscapedEscape]);
                    break;
                default:
                    frame.Add(one);
                    break;
            }
        }

        frame.Add(End);
        return [.. frame];
    }
}
