using System.Buffers.Binary;
using System.Net.Sockets;

namespace Devices.Cli.Flash.Serial;

/// <summary>A serial port behind a network server: Telnet with the COM-PORT-OPTION (RFC 2217), written <c>rfc2217://host:port</c>.</summary>
internal sealed class Rfc2217Line : ISerialLine
{
    private const byte Iac = 255, Dont = 254, Do = 253, Wont = 252, Will = 251, Begin = 250, End = 240;
    private const byte Binary = 0, SuppressGoAhead = 3, ComPort = 44;
    private const byte SetBaudRate = 1, SetDataSize = 2, SetParity = 3, SetStopSize = 4, SetControlLine = 5, Purge = 12;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10), AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly TelnetReader _telnet = new();
    private readonly byte[] _received = new byte[4096];
    private readonly Queue<byte> _data = [];
    private readonly HashSet<byte> _answered = [];
    private bool? _comPort;

    private Rfc2217Line(Socket socket, string name)
    {
        _socket = socket;
        Name = name;
        _telnet.OnOption = Option;
        _telnet.OnSubnegotiation = Subnegotiation;
    }

    public string Name { get; }

    public bool IsUsbJtag => false;

    /// <exception cref="SerialLineException">Nobody listens there, or it is no RFC 2217 server.</exception>
    public static Rfc2217Line Open(string name, string host, int port, int baud)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (!socket.ConnectAsync(host, port).Wait(ConnectLimit)) throw new SocketException((int)SocketError.TimedOut);
            Rfc2217Line line = new(socket, name);
            line.Send([Iac, Will, ComPort, Iac, Will, Binary, Iac, Do, Binary, Iac, Will, SuppressGoAhead, Iac, Do, SuppressGoAhead]);
            line.WaitFor(() => line._comPort is not null, "say whether it speaks RFC 2217");
            if (line._comPort != true) throw new SerialLineException(SerialFault.Unsupported, $"The server at {host}:{port} refuses RFC 2217: it is a plain Telnet or raw port.");
            line.SetBaud(baud);
            line.Ask(SetDataSize, 8);
            line.Ask(SetParity, 1);
            line.Ask(SetStopSize, 1);
            line.Ask(SetControlLine, 1);
            return line;
        }
        catch (Exception fault) when (fault is SocketException || fault is AggregateException { InnerException: SocketException })
        {
            socket.Dispose();
            throw new SerialLineException(SerialFault.Missing, $"Nobody answers at {host}:{port}.", fault) { Remedy = "Check the serial server's address and port, and that it runs; a board on this computer is named by its port (`devices flash ports`)." };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        if (_data.Count == 0) Receive(timeout);
        int count = 0;
        while (count < buffer.Length && _data.TryDequeue(out byte one)) buffer[count++] = one;
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        byte[] doubled = new byte[bytes.Length * 2];
        int length = 0;
        foreach (byte one in bytes)
        {
            if (one == Iac) doubled[length++] = Iac;
            doubled[length++] = one;
        }

        Send(doubled.AsSpan(0, length));
    }

    public void SetBaud(int baud)
    {
        byte[] value = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(value, baud);
        Ask(SetBaudRate, value);
    }

    public bool SetControl(bool dtr, bool rts)
    {
        // Two wishes in one packet: the nearest to "at once" that the protocol offers.
        _answered.Remove(SetControlLine);
        Send([.. Wish(SetControlLine, (byte)(dtr ? 8 : 9)), .. Wish(SetControlLine, (byte)(rts ? 11 : 12))]);
        WaitFor(() => _answered.Contains(SetControlLine), "set the control lines");
        return true;
    }

    public void DiscardInput()
    {
        Ask(Purge, 1);
        _data.Clear();
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Wish(byte command, params ReadOnlySpan<byte> value)
    {
        List<byte> bytes = [Iac, Begin, ComPort, command];
        foreach (byte one in value)
        {
            bytes.Add(one);
            if (one == Iac) bytes.Add(Iac);
        }

        bytes.AddRange([Iac, End]);
        return [.. bytes];
    }

    private void Ask(byte command, params ReadOnlySpan<byte> value)
    {
        _answered.Remove(command);
        Send(Wish(command, value));
        WaitFor(() => _answered.Contains(command), "answer");
    }

    private void WaitFor(Func<bool> condition, string what)
    {
        long until = Environment.TickCount64 + (long)AnswerLimit.TotalMilliseconds;
        while (!condition())
        {
            long left = until - Environment.TickCount64;
            if (left <= 0) throw new SerialLineException(SerialFault.Unsupported, $"{Name} did not {what} within {AnswerLimit.TotalSeconds:0} s: is it an RFC 2217 server?");
            Receive(TimeSpan.FromMilliseconds(left));
        }
    }

    private void Receive(TimeSpan timeout)
    {
        try
        {
            if (!_socket.Poll(timeout, SelectMode.SelectRead)) return;
            int count = _socket.Receive(_received);
            if (count == 0) throw new SerialLineException(SerialFault.Lost, $"{Name} closed the connection.");
            foreach (byte one in _received.AsSpan(0, count))
                if (_telnet.Take(one)) _data.Enqueue(one);
        }
        catch (SocketException fault)
        {
            throw new SerialLineException(SerialFault.Lost, $"The connection to {Name} broke.", fault);
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[_socket.Send(bytes)..];
        }
        catch (SocketException fault)
        {
            throw new SerialLineException(SerialFault.Lost, $"The connection to {Name} broke.", fault);
        }
    }

    private void Option(byte verb, byte option)
    {
        bool wanted = option is Binary or SuppressGoAhead or ComPort;
        if (option == ComPort && verb is Do or Will) _comPort = true;
        else if (option == ComPort) _comPort ??= false;
        // What we offered or asked for ourselves needs no further answer (RFC 854: no loops).
        if (!wanted && verb == Do) Send([Iac, Wont, option]);
        else if (!wanted && verb == Will) Send([Iac, Dont, option]);
    }

    // Server answers carry the command + 100.
    private void Subnegotiation(List<byte> bytes)
    {
        if (bytes.Count >= 2 && bytes[0] == ComPort && bytes[1] >= 100) _answered.Add((byte)(bytes[1] - 100));
    }
}
