namespace Devices.Cli.Wifi;

/// <summary>
/// Improv over a serial line, the host's side of the framing (improv-wifi.com/serial): <c>"IMPROV" · version 1 · type · length · data ·
/// checksum</c> (low byte of the sum of all before it) · newline. The line also carries the chip's log; its lines are kept, since they tell
/// why a join failed.
/// </summary>
internal sealed class ImprovPackets
{
    public const byte State = 1, Error = 2, Rpc = 3, Result = 4;

    private const byte Version = 1;
    private const int Header = 9, MostLogLines = 50, LongestLine = 500;
    private static readonly byte[] Magic = "IMPROV"u8.ToArray();

    private readonly List<byte> _packet = [];
    private readonly List<byte> _line = [];
    private readonly Queue<string> _log = [];

    /// <summary>What the chip has printed beside the packets, oldest first.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>A request's bytes.</summary>
    /// <param name="data">What follows the command and its length.</param>
    public static byte[] Request(byte command, ReadOnlySpan<byte> data)
    {
        List<byte> packet = [.. Magic, Version, Rpc, (byte)(data.Length + 2), command, (byte)data.Length, .. data];
        packet.Add((byte)packet.Sum(one => one));
        packet.Add((byte)'\n');
        return [.. packet];
    }

    /// <summary>Takes the next byte; type and data where it completes a sound packet.</summary>
    public (byte Type, byte[] Data)? Take(byte one)
    {
        if (_packet.Count < Magic.Length)
        {
            if (one == Magic[_packet.Count])
            {
                _packet.Add(one);
                return null;
            }

            // Not the magic word after all: what was held back belongs to the log.
            foreach (byte held in _packet) Print(held);
            _packet.Clear();
            if (one == Magic[0]) _packet.Add(one);
            else Print(one);
            return null;
        }

        _packet.Add(one);
        if (_packet.Count == Magic.Length + 1 && one != Version)
        {
            // The log has the word too ("IMPROVED"): what follows it there is no length, and must not swallow the answer behind it.
            foreach (byte held in _packet) Print(held);
            _packet.Clear();
            return null;
        }

        if (_packet.Count < Header + 1 || _packet.Count < Header + _packet[8] + 1) return null;
        byte sum = 0;
        for (int i = 0; i < _packet.Count - 1; i++) sum += _packet[i];
        bool sound = sum == _packet[^1];
        (byte, byte[])? packet = sound ? (_packet[7], [.. _packet.Skip(Header).Take(_packet[8])]) : null;
        _packet.Clear();
        return packet;
    }

    private void Print(byte one)
    {
        if (one != (byte)'\n')
        {
            if (_line.Count < LongestLine && one != (byte)'\r') _line.Add(one);
            return;
        }

        if (_line.Count > 0) _log.Enqueue(new([.. System.Text.Encoding.UTF8.GetString([.. _line]).Where(letter => !char.IsControl(letter))]));
        _line.Clear();
        if (_log.Count > MostLogLines) _log.Dequeue();
    }
}
