using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Devices.Fuzz.Engine;

/// <summary>Spoils samples. The same random numbers spoil the same sample the same way.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<string> words)
{
    private readonly byte[][] _words = [.. words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>A spoilt copy.</summary>
    /// <param name="others">What else is there to splice with.</param>
    /// <param name="most">Longest result, bytes.</param>
    public byte[] Spoil(byte[] sample, IReadOnlyList<byte[]> others, Shape shape, int most)
    {
        byte[] made = sample;
        // One fault is what finds most; several together come past checks that one alone does not.
        for (int left = 1 + (random.Next(3) == 0 ? random.Next(8) : 0); left > 0; left--)
        {
            int kind = random.Next(10);
            made = shape == Shape.Json && kind < 6 ? ByStructure(made) : shape != Shape.Bytes && kind < 8 ? ByWord(made) : ByBytes(made, others);
            if (made.Length > most) made = made[..most];
        }

        return made;
    }

    private byte[] ByBytes(byte[] from, IReadOnlyList<byte[]> others)
    {
        if (from.Length == 0) return Noise(1 + random.Next(64));
        int at = random.Next(from.Length), length = Math.Min(from.Length - at, 1 + random.Next(random.Next(4) == 0 ? 256 : 8));
        byte[] made = [.. from];
        switch (random.Next(12))
        {
            case 0 or 1:
                made[at] ^= (byte)(1 << random.Next(8));
                return made;
            case 2:
                made[at] = (byte)HostileWords.Numbers[random.Next(HostileWords.Numbers.Count)];
                return made;
            case 3:
                random.NextBytes(made.AsSpan(at, length));
                return made;
            case 4:
                return [.. from[..at], .. from[(at + length)..]];
            case 5:
                return [.. from[..(at + length)], .. from[at..]];
            case 6:
                return [.. from[..at], .. Noise(length), .. from[at..]];
            case 7:
                return from[..at];
            case 8:
                byte[] other = others[random.Next(others.Count)];
                return [.. from[..at], .. other.AsSpan(random.Next(other.Length + 1))];
            case 9:
                made.AsSpan(at, length).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return made;
            default:
                Number(made, at);
                return made;
        }
    }

    // A length or a count that lies, in each size and order, at the edges and near what is true.
    private void Number(byte[] made, int at)
    {
        long number = random.Next(3) == 0 ? made.Length + random.Next(-4, 5) : HostileWords.Numbers[random.Next(HostileWords.Numbers.Count)];
        Span<byte> place = made.AsSpan(at);
        switch (random.Next(6))
        {
            case 0 when place.Length >= 2: BinaryPrimitives.WriteInt16BigEndian(place, (short)number); break;
            case 1 when place.Length >= 2: BinaryPrimitives.WriteInt16LittleEndian(place, (short)number); break;
            case 2 when place.Length >= 4: BinaryPrimitives.WriteInt32BigEndian(place, (int)number); break;
            case 3 when place.Length >= 4: BinaryPrimitives.WriteInt32LittleEndian(place, (int)number); break;
            case 4 when place.Length >= 8: BinaryPrimitives.WriteInt64LittleEndian(place, number); break;
            default: place[0] = (byte)number; break;
        }
    }

    private byte[] ByWord(byte[] from)
    {
        byte[] word = random.Next(5) switch
        {
            0 when _words.Length > 0 => _words[random.Next(_words.Length)],
            1 => Encoding.ASCII.GetBytes(HostileWords.Numbers[random.Next(HostileWords.Numbers.Count)].ToString(CultureInfo.InvariantCulture)),
            _ => HostileWords.Texts[random.Next(HostileWords.Texts.Count)],
        };
        int at = random.Next(from.Length + 1), over = random.Next(2) == 0 ? 0 : Math.Min(from.Length - at, 1 + random.Next(12));
        if (random.Next(3) == 0 && Digits(from) is { } digits) (at, over) = digits;
        return [.. from[..at], .. word, .. from[(at + over)..]];
    }

    // A run of digits, whole: the likeliest place of a number.
    private (int At, int Length)? Digits(byte[] text)
    {
        if (text.Length == 0) return null;
        int from = random.Next(text.Length);
        int at = text.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (at < 0) return null;
        int end = text.AsSpan(from + at).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return (from + at, end < 0 ? text.Length - from - at : end);
    }

    private byte[] ByStructure(byte[] from)
    {
        List<Range> values = JsonPlaces.Find(from, out List<Range> members);
        if (values.Count == 0) return ByWord(from);
        if (members.Count > 0 && random.Next(3) == 0)
        {
            (int start, int length) = members[random.Next(members.Count)].GetOffsetAndLength(from.Length);
            byte[] member = from[start..(start + length)];
            switch (random.Next(4))
            {
                case 0: // twice
                    return [.. from[..start], .. member, .. ","u8, .. from[start..]];
                case 1: // twice, with another value
                    int colon = member.AsSpan().IndexOf((byte)':');
                    return [.. from[..start], .. member[..(colon + 1)], .. Value(from, values), .. ","u8, .. from[start..]];
                case 2: // left out
                    int after = start + length;
                    if (after < from.Length && from[after] == ',') return [.. from[..start], .. from[(after + 1)..]];
                    int before = start > 0 && from[start - 1] == ',' ? start - 1 : start;
                    return [.. from[..before], .. from[after..]];
                default: // another name
                    byte[] name = random.Next(3) switch { 0 => "\"\\ud800\""u8.ToArray(), 1 => "\"\""u8.ToArray(), _ => "\"extra\""u8.ToArray() };
                    int end = member.AsSpan().IndexOf((byte)':');
                    return [.. from[..start], .. name, .. member[Math.Max(end, 0)..], .. from[(start + length)..]];
            }
        }

        (int at, int long_) = values[random.Next(values.Count)].GetOffsetAndLength(from.Length);
        return [.. from[..at], .. Value(from, values), .. from[(at + long_)..]];
    }

    private byte[] Value(byte[] from, List<Range> values) => random.Next(6) switch
    {
        0 => from[values[random.Next(values.Count)]],
        1 => Quoted(HostileWords.Texts[random.Next(HostileWords.Texts.Count)]),
        2 when _words.Length > 0 => Quoted(_words[random.Next(_words.Length)]),
        3 => Encoding.ASCII.GetBytes(HostileWords.Numbers[random.Next(HostileWords.Numbers.Count)].ToString(CultureInfo.InvariantCulture)),
        _ => HostileWords.Values[random.Next(HostileWords.Values.Count)],
    };

    private static byte[] Quoted(byte[] text) => [.. "\""u8, .. text.Where(one => one is not ((byte)'"' or (byte)'\\') && one >= 0x20), .. "\""u8];

    private byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
