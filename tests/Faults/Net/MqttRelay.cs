using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Devices.Faults.Net;

/// <summary>Both ends' TLS, for a relay that must read what passes: the bridge's own certificate towards the terminal, the terminal's towards the bridge.</summary>
internal sealed record RelayTls(Func<X509Certificate2> Server, Func<X509Certificate2> Client);

/// <summary>
/// Stands between an MQTT client and its server and, while it is told to, sends publishes twice, late and out of order: what a resending
/// store-and-forward network, or a client that resends after a lost acknowledgement, does. The acknowledgement of a copy that the sender
/// does not know of is kept back.
/// </summary>
internal sealed class MqttRelay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<IPEndPoint> _upstream;
    private readonly RelayTls? _tls;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Random _dice;
    private double _duplicate, _reorder;
    private long _duplicated, _reordered;

    /// <param name="bind">Where it listens; a free port.</param>
    /// <param name="upstream">The real server, asked for at each connection.</param>
    public MqttRelay(IPAddress bind, Func<IPEndPoint> upstream, RelayTls? tls, int seed)
    {
        (_upstream, _tls, _dice) = (upstream, tls, new(seed));
        _listener = new(bind, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Publishes that were sent twice and out of order so far.</summary>
    public (long Duplicated, long Reordered) Counts
    {
        get { lock (_gate) return (_duplicated, _reordered); }
    }

    /// <summary>From now on so large a share of publishes is doubled, and overtaken by the next.</summary>
    public void Disturb(double duplicate, double reorder)
    {
        lock (_gate) (_duplicate, _reorder) = (duplicate, reorder);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(client);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                if (_stop.IsCancellationRequested) return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(_upstream(), _stop.Token).ConfigureAwait(false);
                Stream near = client.GetStream(), far = server.GetStream();
                if (_tls is not null) (near, far) = await SecureAsync(near, far, _tls).ConfigureAwait(false);
                await using (near.ConfigureAwait(false))
                await using (far.ConfigureAwait(false))
                {
                    Side up = new(far), down = new(near);
                    await Task.WhenAny(PumpAsync(near, up, down), PumpAsync(far, down, up)).ConfigureAwait(false);
                }
            }
            catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
            {
                // The connection ends here as it would without the relay; both ends notice.
            }
        }
    }

    private async Task<(Stream Near, Stream Far)> SecureAsync(Stream near, Stream far, RelayTls tls)
    {
        SslStream server = new(near), client = new(far);
        // Both ends judge each other's certificates by themselves; the relay only has to hear what they say.
#pragma warning disable CA5359
        using X509Certificate2 own = tls.Client(), shown = tls.Server();
        await server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = shown,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }, _stop.Token).ConfigureAwait(false);
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            ClientCertificates = [own],
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }, _stop.Token).ConfigureAwait(false);
#pragma warning restore CA5359
        return (server, client);
    }

    private async Task PumpAsync(Stream from, Side to, Side back)
    {
        byte[]? held = null;
        Task<MqttFrame?>? next = null;
        while (true)
        {
            next ??= MqttFrame.Read(from, _stop.Token);
            if (held is not null && await Task.WhenAny(next, Task.Delay(300, _stop.Token)).ConfigureAwait(false) != next)
            {
                // Nothing came to overtake it.
                await to.Write(held).ConfigureAwait(false);
                held = null;
                continue;
            }
            MqttFrame? frame = await next.ConfigureAwait(false);
            next = null;
            if (frame is null) return;
            if (frame.IsPuback && back.Swallow(frame.Id)) continue;
            if (!frame.IsPublish)
            {
                await to.Write(frame.Bytes).ConfigureAwait(false);
                continue;
            }

            (bool twice, bool hold) = Throw(held is null);
            if (hold)
            {
                held = frame.Bytes;
                continue;
            }
            await to.Write(frame.Bytes).ConfigureAwait(false);
            if (held is not null)
            {
                await to.Write(held).ConfigureAwait(false);
                held = null;
            }
            if (!twice) continue;
            // Noted before it is sent: its acknowledgement may come at once.
            if (frame.Qos > 0) to.Doubled(frame.Id);
            await to.Write(frame.Again()).ConfigureAwait(false);
        }
    }

    private (bool Twice, bool Hold) Throw(bool mayHold)
    {
        lock (_gate)
        {
            bool hold = mayHold && _reorder > 0 && _dice.NextDouble() < _reorder;
            if (hold)
            {
                _reordered++;
                return (false, true);
            }
            bool twice = _duplicate > 0 && _dice.NextDouble() < _duplicate;
            if (twice) _duplicated++;
            return (twice, false);
        }
    }

    /// <summary>One direction's writer, and the copies it sent whose acknowledgements nobody waits for.</summary>
    private sealed class Side(Stream stream)
    {
        private readonly Dictionary<ushort, int> _copies = [];
        private readonly HashSet<ushort> _first = [];

        public async Task Write(byte[] packet)
        {
            await stream.WriteAsync(packet).ConfigureAwait(false);
            await stream.FlushAsync().ConfigureAwait(false);
        }

        public void Doubled(ushort id)
        {
            lock (_copies) _copies[id] = _copies.GetValueOrDefault(id) + 1;
        }

        /// <summary>Whether this acknowledgement is of the copy: the first one of an id belongs to the sender, the next to the copy.</summary>
        public bool Swallow(ushort id)
        {
            lock (_copies)
            {
                if (!_copies.TryGetValue(id, out int left)) return false;
                if (_first.Add(id)) return false;
                _first.Remove(id);
                if (left == 1) _copies.Remove(id);
                else _copies[id] = left - 1;
                return true;
            }
        }
    }
}
