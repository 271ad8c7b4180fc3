using System.Buffers.Binary;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Flash.Rom;

/// <summary>
/// One request, one answer, over a serial line. Request: <c>00 op size:u16 checksum:u32 data</c>; answer: <c>01 op size:u16 value:u32 data
/// status error 00 00</c>; all little-endian, in SLIP frames (Espressif, "Serial Protocol").
/// </summary>
public sealed class RomLink(ISerialLine line)
{
    private const int Head = 8, StatusBytes = 2, MostForeignAnswers = 100;

    private readonly SlipReader _slip = new();
    private readonly byte[] _received = new byte[4096];
    private readonly Queue<byte[]> _packets = [];

    public ISerialLine Line { get; } = line;

    /// <summary>What the chip printed outside of frames since the last <see cref="Clear"/>: its boot log.</summary>
    public string Noise => new([.. _slip.Noise.Select(one => one is >= 0x20 and < 0x7F ? (char)one : one is (byte)'\n' ? '\n' : '?')]);

    /// <summary>The checksum over a block's data, without the 16-byte block header: EF exclusive-or all bytes.</summary>
    public static byte Checksum(ReadOnlySpan<byte> data)
    {
        byte sum = 0xEF;
        foreach (byte one in data) sum ^= one;
        return sum;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <param name="expected">Length of the data that a good answer carries before its status bytes.</param>
    /// <returns>The answer's value field and its data.</returns>
    /// <exception cref="RomRefusedException">The chip answered with an error.</exception>
    /// <exception cref="RomSilentException">No fitting answer came within <paramref name="limit"/>.</exception>
    /// <exception cref="SerialLineException">The line is gone.</exception>
    public (uint Value, byte[] Data) Exchange(RomOp op, ReadOnlySpan<byte> data, TimeSpan limit, int expected = 0, byte checksum = 0)
    {
        Send(op, data, checksum);
        return Receive(op, limit, expected);
    }

    /// <summary>Waits for one more answer to <paramref name="op"/>.</summary>
    /// <inheritdoc cref="Exchange"/>
    public (uint Value, byte[] Data) Receive(RomOp op, TimeSpan limit, int expected = 0)
    {
        long until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        for (int foreign = 0; foreign < MostForeignAnswers; foreign++)
        {
            byte[]? packet = NextPacket(until);
            if (packet is null) break;
            // An echo of our own request, a torn answer, or the last answer to an earlier command: not ours.
            if (packet.Length < Head + StatusBytes || packet[0] != 1) continue;
            byte[] body = packet[Head..];
            // A byte lost inside a frame leaves a frame: only its own length tells.
            if (BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(2)) != body.Length) continue;
            // A command that the ROM does not know is answered eight times, with the number of no command in particular.
            if (packet[1] != (byte)op)
            {
                if (body[0] == 0 || body[1] != RomRefusedException.InvalidMessage) continue;
                Drain(TimeSpan.FromMilliseconds(200));
                throw new RomRefusedException(op, body[1]);
            }

            int status = body.Length >= expected + StatusBytes ? expected : 0;
            if (body[status] != 0)
            {
                if (body[status + 1] == RomRefusedException.InvalidMessage) Drain(TimeSpan.FromMilliseconds(200));
                throw new RomRefusedException(op, body[status + 1]);
            }

            if (body.Length < expected + StatusBytes) continue;
            return (BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(4)), body[..expected]);
        }

        throw new RomSilentException(op, limit);
    }

    /// <summary>Sends a command whose answer nobody waits for.</summary>
    public void Send(RomOp op, ReadOnlySpan<byte> data, byte checksum = 0)
    {
        byte[] packet = new byte[Head + data.Length];
        packet[1] = (byte)op;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), checked((ushort)data.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), checksum);
        data.CopyTo(packet.AsSpan(Head));
        Line.Write(Slip.Encode(packet));
    }

    /// <summary>Forgets everything that came so far.</summary>
    public void Clear()
    {
        Line.DiscardInput();
        _packets.Clear();
        _slip.Clear();
    }

    /// <summary>Reads and drops what comes for as long as <paramref name="time"/>; what lies outside of frames goes to <see cref="Noise"/>.</summary>
    public void Drain(TimeSpan time)
    {
        long until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (NextPacket(until) is not null)
        {
        }
    }

    private byte[]? NextPacket(long until)
    {
        while (_packets.Count == 0)
        {
            long left = until - Environment.TickCount64;
            if (left <= 0) return null;
            int count = Line.Read(_received, TimeSpan.FromMilliseconds(left));
            foreach (byte one in _received.AsSpan(0, count))
                if (_slip.Take(one) is { } packet) _packets.Enqueue(packet);
        }

        return _packets.Dequeue();
    }
}
