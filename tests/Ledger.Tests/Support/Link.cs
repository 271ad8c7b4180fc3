using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Devices.Ledger.Tests.Support;

/// <summary>A TCP link between terminal and bridge that can be cut, or fall silent without a FIN.</summary>
internal sealed class Link : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _to;

    public Link(int to)
    {
        _to = to;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes are swallowed in both directions; connections stay open.</summary>
    public volatile bool Silent;

    public int Accepted;

    public void Cut()
    {
        foreach (TcpClient client in _open.Keys) client.Close();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        Cut();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref Accepted);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
                _open[near] = _open[far] = 0;
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        byte[] buffer = new byte[16_384];
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer, _stop.Token)) > 0)
                if (!Silent) await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
        from.Close();
        to.Close();
        _open.TryRemove(from, out _);
        _open.TryRemove(to, out _);
    }
}
