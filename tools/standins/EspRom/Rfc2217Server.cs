using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Devices.Standins.EspRom;

/// <summary>A serial server on loopback (RFC 2217) with the board behind it: speed and control wires work over the network. One client at a time.</summary>
public sealed class Rfc2217Server : IDisposable
{
    private const byte Iac = 255, Dont = 254, Do = 253, Wont = 252, Will = 251, Begin = 250, End = 240, ComPort = 44;

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Socket? _client;
    private Task _loop = Task.CompletedTask;

    public Rfc2217Server(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Baud { get; private set; } = 9600;

    /// <summary>Takes what the tool writes.</summary>
    public Action<byte[]> Received { get; set; } = static _ => { };

    /// <summary>A change of DTR or RTS; null: that one stays.</summary>
    public Action<bool?, bool?> Control { get; set; } = static (_, _) => { };

    public void Start() => _loop = Task.Run(AcceptAsync);

    /// <summary>Ends the present connection, as a server that restarts does.</summary>
    public void Drop()
    {
        lock (_lock) _client?.Dispose();
    }

    public void Write(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Send([.. bytes.SelectMany(one => one == Iac ? new[] { Iac, Iac } : [one])]);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        Drop();
        _loop.Wait(TimeSpan.FromSeconds(5));
        _stop.Dispose();
    }

    private void Send(byte[] bytes)
    {
        Socket? client;
        lock (_lock) client = _client;
        try
        {
            client?.Send(bytes);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The tool is gone; a serial port without a listener loses bytes as well.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                client.NoDelay = true;
                lock (_lock) _client = client;
                await ServeAsync(client);
                lock (_lock) _client = null;
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopping.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        byte[] buffer = new byte[4096];
        List<byte> data = [], inner = [];
        int state = 0;
        byte verb = 0;
        try
        {
            while (await client.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                data.Clear();
                for (int i = 0; i < count; i++)
                {
                    byte one = buffer[i];
                    switch (state)
                    {
                        case 0 when one == Iac:
                            state = 1;
                            break;
                        case 0:
                            data.Add(one);
                            break;
                        case 1 when one == Iac:
                            data.Add(one);
                            state = 0;
                            break;
                        case 1 when one == Begin:
                            inner.Clear();
                            state = 3;
                            break;
                        case 1 when one >= Will:
                            verb = one;
                            state = 2;
                            break;
                        case 1:
                            state = 0;
                            break;
                        case 2:
                            Option(verb, one);
                            state = 0;
                            break;
                        case 3 when one == Iac:
                            state = 4;
                            break;
                        case 4 when one == End:
                            Flush(data);
                            Wish([.. inner]);
                            state = 0;
                            break;
                        default:
                            inner.Add(one);
                            state = 3;
                            break;
                    }
                }

                Flush(data);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The tool hung up.
        }
    }

    // What came before a wish reached the chip before it.
    private void Flush(List<byte> data)
    {
        if (data.Count == 0) return;
        Received([.. data]);
        data.Clear();
    }

    private void Option(byte verb, byte option)
    {
        bool known = option is 0 or 3 or ComPort;
        if (verb == Will) Send([Iac, known ? Do : Dont, option]);
        else if (verb == Do) Send([Iac, known ? Will : Wont, option]);
    }

    private void Wish(byte[] wish)
    {
        if (wish.Length < 3 || wish[0] != ComPort) return;
        switch (wish[1])
        {
            case 1 when wish.Length == 6:
                Baud = BinaryPrimitives.ReadInt32BigEndian(wish.AsSpan(2));
                break;
            case 5 when wish[2] is 8 or 9:
                Control(wish[2] == 8, null);
                break;
            case 5 when wish[2] is 11 or 12:
                Control(null, wish[2] == 11);
                break;
        }

        List<byte> answer = [Iac, Begin, ComPort, (byte)(wish[1] + 100)];
        foreach (byte one in wish.AsSpan(2))
        {
            answer.Add(one);
            if (one == Iac) answer.Add(Iac);
        }

        Send([.. answer, Iac, End]);
    }
}
