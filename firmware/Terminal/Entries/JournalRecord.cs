namespace Devices.Terminal.Entries;

/// <summary>
/// A record of the journal file, little-endian:
/// <c>A5 5A · kind u8 · body length u16 · counter i64 · body · crc32 u32</c> (the CRC is over everything from kind to body).
/// The two magic bytes let a reader find the next whole record after a torn or damaged one.
/// </summary>
public static class JournalRecord
{
    /// <summary>Body: the install id. Counter: ids below it may have been used.</summary>
    public const byte KindInstall = 1;

    /// <summary>No body. Counter: ids below it may be used from now on.</summary>
    public const byte KindReserve = 2;

    /// <summary>Body: the payload of a <c>card</c> message. Counter: the entry's.</summary>
    public const byte KindCard = 3;

    /// <summary>No body. Counter: the entry that was confirmed.</summary>
    public const byte KindDrop = 4;

    /// <summary>Body: the payload of a <c>pin</c> message. Counter: the entry's.</summary>
    public const byte KindPin = 5;

    /// <summary>Body: the payload of an <c>event</c> message. Counter: the entry's.</summary>
    public const byte KindEvent = 6;

    /// <summary>Bytes around a body.</summary>
    public const int Overhead = 2 + 1 + 2 + 8 + 4;

    /// <summary>Longest body: an entry's payload is far below this; a longer length can only be damage.</summary>
    public const int MaxBody = 1024;

    /// <summary>Writes a record at <paramref name="at"/>; returns its length, or 0 when it does not fit.</summary>
    public static int Write(byte[] buffer, int at, byte kind, long counter, byte[] body, int bodyLength)
    {
        int total = Overhead + bodyLength;
        if (bodyLength > MaxBody || at + total > buffer.Length)
        {
            return 0;
        }

        buffer[at] = 0xA5;
        buffer[at + 1] = 0x5A;
        buffer[at + 2] = kind;
        buffer[at + 3] = (byte)bodyLength;
        buffer[at + 4] = (byte)(bodyLength >> 8);
        for (int i = 0; i < 8; i++)
        {
            buffer[at + 5 + i] = (byte)(counter >> (8 * i));
        }

        System.Array.Copy(body, 0, buffer, at + 13, bodyLength);
        uint crc = Crc32.Of(buffer, at + 2, 11 + bodyLength);
        for (int i = 0; i < 4; i++)
        {
            buffer[at + 13 + bodyLength + i] = (byte)(crc >> (8 * i));
        }

        return total;
    }

    /// <summary>The whole length of a sound record at <paramref name="at"/>, or 0.</summary>
    public static int Check(byte[] data, int at, int length)
    {
        if (at + Overhead > length || data[at] != 0xA5 || data[at + 1] != 0x5A)
        {
            return 0;
        }

        int body = data[at + 3] | (data[at + 4] << 8);
        if (body > MaxBody || at + Overhead + body > length)
        {
            return 0;
        }

        uint crc = 0;
        for (int i = 3; i >= 0; i--)
        {
            crc = (crc << 8) | data[at + 13 + body + i];
        }

        return crc == Crc32.Of(data, at + 2, 11 + body) ? Overhead + body : 0;
    }

    /// <summary>The kind of record that holds a message of this leaf.</summary>
    public static byte KindOf(string leaf)
    {
        return leaf == Devices.Link.LinkTopics.Pin ? KindPin : leaf == Devices.Link.LinkTopics.Event ? KindEvent : KindCard;
    }

    /// <summary>The leaf of a record's message.</summary>
    public static string LeafOf(byte kind)
    {
        return kind == KindPin ? Devices.Link.LinkTopics.Pin : kind == KindEvent ? Devices.Link.LinkTopics.Event : Devices.Link.LinkTopics.Card;
    }

    public static byte Kind(byte[] data, int at)
    {
        return data[at + 2];
    }

    public static int BodyLength(byte[] data, int at)
    {
        return data[at + 3] | (data[at + 4] << 8);
    }

    public static long Counter(byte[] data, int at)
    {
        long value = 0;
        for (int i = 7; i >= 0; i--)
        {
            value = (value << 8) | data[at + 5 + i];
        }

        return value;
    }

    /// <summary>A copy of the body.</summary>
    public static byte[] Body(byte[] data, int at)
    {
        byte[] body = new byte[BodyLength(data, at)];
        System.Array.Copy(data, at + 13, body, 0, body.Length);
        return body;
    }
}
