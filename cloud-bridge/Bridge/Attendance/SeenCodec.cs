using System.Text;

namespace Devices.Bridge.Attendance;

/// <summary>
/// The people of a day as bytes, about ten each: first the terminals' names, then everybody by userid, of which only the end that differs from
/// the one before is written, with first and last time, count, terminal and marks as numbers of seven bits a byte.
/// </summary>
public static class SeenCodec
{
    /// <summary>Another number for another form: what was written in an earlier one is made anew.</summary>
    public const int Form = 1;

    /// <param name="start">Before every time of it, ms since the Unix epoch.</param>
    public static byte[] Write(IReadOnlyCollection<SeenDay> seen, long start)
    {
        ArgumentNullException.ThrowIfNull(seen);
        List<string> terminals = [.. seen.Select(s => s.LastTerminal).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = terminals.Select((name, i) => (name, i)).ToDictionary(t => t.name, t => t.i, StringComparer.Ordinal);
        using MemoryStream stream = new(seen.Count * 12);
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write7BitEncodedInt64(start);
        writer.Write7BitEncodedInt(terminals.Count);
        foreach (string terminal in terminals) writer.Write(terminal);
        writer.Write7BitEncodedInt(seen.Count);
        byte[] before = [];
        foreach (SeenDay one in seen.OrderBy(s => s.Person, StringComparer.Ordinal))
        {
            byte[] person = Encoding.UTF8.GetBytes(one.Person);
            int shared = person.AsSpan().CommonPrefixLength(before);
            writer.Write7BitEncodedInt(shared);
            writer.Write7BitEncodedInt(person.Length - shared);
            writer.Write(person.AsSpan(shared));
            writer.Write7BitEncodedInt64(one.First - start);
            writer.Write7BitEncodedInt64(one.Last - one.First);
            writer.Write7BitEncodedInt(one.Count);
            writer.Write7BitEncodedInt(numbers[one.LastTerminal]);
            writer.Write((byte)one.Marks);
            before = person;
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <param name="known">Userids that need no string of their own.</param>
    public static SeenDay[] Read(byte[] body, Dictionary<string, string> known)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(known);
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        int at = 0;
        long start = Number(body, ref at);
        string[] terminals = new string[(int)Number(body, ref at)];
        for (int i = 0; i < terminals.Length; i++)
        {
            int length = (int)Number(body, ref at);
            string name = Encoding.UTF8.GetString(body, at, length);
            terminals[i] = known.TryGetValue(name, out string? same) ? same : known[name] = name;
            at += length;
        }

        SeenDay[] seen = new SeenDay[(int)Number(body, ref at)];
        byte[] person = new byte[1024];
        char[] chars = new char[1024];
        for (int i = 0; i < seen.Length; i++)
        {
            int shared = (int)Number(body, ref at), rest = (int)Number(body, ref at);
            if (shared + rest > person.Length)
            {
                Array.Resize(ref person, shared + rest);
                chars = new char[shared + rest];
            }

            body.AsSpan(at, rest).CopyTo(person.AsSpan(shared));
            at += rest;
            ReadOnlySpan<char> text = chars.AsSpan(0, Encoding.UTF8.GetChars(person.AsSpan(0, shared + rest), chars));
            if (!lookup.TryGetValue(text, out string? id)) known[id = text.ToString()] = id;
            long first = start + Number(body, ref at), last = first + Number(body, ref at);
            int count = (int)Number(body, ref at), terminal = (int)Number(body, ref at);
            seen[i] = new(id, first, last, count, terminals[terminal], (SeenMarks)body[at++]);
        }

        return seen;
    }

    private static long Number(byte[] body, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = body[at++];
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }
}
