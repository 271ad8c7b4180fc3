using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.FleetLoad.Fleet;

namespace Devices.FleetLoad.Mqtt;

/// <summary>One MQTT 5 connection: TLS 1.3 with the terminal's own certificate, or plain to the agent's broker for its controller.</summary>
internal sealed class MqttLink : IAsyncDisposable
{
    private const int FirstBuffer = 2048;
    private const int LargestPacket = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly Action<string, ReadOnlySpan<byte>> _received;
    private readonly SemaphoreSlim _write = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, TaskCompletionSource<Answer>> _answers = [];
    private readonly TaskCompletionSource<(int Code, string? Reason)> _welcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ushort _next;
    private long _sentAt;
    private string? _farewell;
    private bool _closed;

    private MqttLink(Socket socket, Stream stream, Action<string, ReadOnlySpan<byte>> received) => (_socket, _stream, _received) = (socket, stream, received);

    /// <summary>Completes with why, when the link is gone.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>When something was last sent, as <see cref="Environment.TickCount64"/>.</summary>
    public long SentAt => Volatile.Read(ref _sentAt);

    /// <summary>TCP, TLS, CONNECT, CONNACK.</summary>
    /// <param name="received">Topic and payload of what comes down; called on the reading loop, keep it short.</param>
    /// <exception cref="MqttRefusedException">CONNACK said no.</exception>
    public static async Task<MqttLink> OpenAsync(Target target, FleetMember? member, byte[] connect, Action<string, ReadOnlySpan<byte>> received, CancellationToken stop)
    {
        Socket socket = new(target.At.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        MqttLink? link = null;
        try
        {
            await socket.ConnectAsync(target.At, stop);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (member is not null) stream = await SecureAsync(stream, target, member, stop);
            link = new(socket, stream, received);
            _ = link.ReadAsync();
            await link.WriteAsync(connect, stop);
            (int code, string? reason) = await link._welcome.Task.WaitAsync(stop);
            if (code != 0) throw new MqttRefusedException(code, reason);
            return link;
        }
        catch
        {
            if (link is not null) await link.DisposeAsync();
            else if (stream is not null) await stream.DisposeAsync();
            else socket.Dispose();
            throw;
        }
    }

    public async Task SubscribeAsync(IEnumerable<string> filters, CancellationToken stop)
    {
        (ushort id, Task<Answer> answer) = Await();
        await WriteAsync(Packets.Subscribe(id, filters), stop);
        if ((await answer.WaitAsync(stop)).Refused) throw new InvalidDataException("A subscription was refused.");
    }

    /// <summary>Publishes with QoS 1 and waits for the PUBACK.</summary>
    public async Task<Answer> PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken stop, bool versioned = true)
    {
        (ushort id, Task<Answer> answer) = Await();
        await WriteAsync(Packets.Publish(id, topic, payload.Span, retain, versioned), stop);
        return await answer.WaitAsync(stop);
    }

    public async Task PingAsync()
    {
        try
        {
            await WriteAsync(Packets.Ping, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Ended tells.
        }
    }

    /// <summary>Ends the link in order.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await WriteAsync(Packets.Disconnect, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Gone already.
        }

        await DisposeAsync();
    }

    /// <summary>Cut off, without a farewell.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, true)) return;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        // The reading loop notices and ends; only then is the stream free to be closed.
        await _ended.Task;
        await _stream.DisposeAsync();
    }

    private static async Task<Stream> SecureAsync(Stream inner, Target target, FleetMember member, CancellationToken stop)
    {
        SslStream tls = new(inner, leaveInnerStreamOpen: false);
        try
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.Add(target.Root!);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = member.Context,
                CertificateChainPolicy = policy,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                AllowTlsResume = false,
            }, stop);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private (ushort Id, Task<Answer> Answer) Await()
    {
        TaskCompletionSource<Answer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_ended.Task.IsCompleted) throw new IOException(_ended.Task.Result);
            do _next = _next == ushort.MaxValue ? (ushort)1 : (ushort)(_next + 1);
            while (!_answers.TryAdd(_next, answer));
            return (_next, answer.Task);
        }
    }

    private async Task WriteAsync(byte[] packet, CancellationToken stop)
    {
        await _write.WaitAsync(stop);
        try
        {
            Volatile.Write(ref _sentAt, Environment.TickCount64);
            await _stream.WriteAsync(packet, CancellationToken.None);
        }
        finally
        {
            _write.Release();
        }
    }

    private async Task ReadAsync()
    {
        string why = "the other side closed the link";
        try
        {
            byte[] buffer = new byte[FirstBuffer];
            int held = 0;
            while (true)
            {
                int read = await _stream.ReadAsync(buffer.AsMemory(held));
                if (read == 0) break;
                held += read;
                int at = 0;
                while (Packets.Whole(buffer.AsSpan(at, held - at), out int header) is > 0 and int length)
                {
                    if (Take(buffer.AsSpan(at, length), header) is { } acknowledged) await WriteAsync(acknowledged, CancellationToken.None);
                    at += length;
                }

                if (at > 0) buffer.AsSpan(at, held - at).CopyTo(buffer);
                held -= at;
                if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length < LargestPacket ? buffer.Length * 2 : throw new InvalidDataException("A packet of more than 4 MiB came."));
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or SocketException or InvalidOperationException or InvalidDataException)
        {
            why = fault.Message;
        }

        End(_farewell ?? why);
    }

    // What is to be answered at once, or null.
    private byte[]? Take(ReadOnlySpan<byte> packet, int header)
    {
        ReadOnlySpan<byte> body = packet[header..];
        switch (packet[0] >> 4)
        {
            case 2:
                _welcome.TrySetResult((body[1], body.Length > 2 ? ReasonAt(body[2..]) : null));
                return null;
            case 3:
                return Deliver(body, (packet[0] >> 1) & 3);
            case 4:
                Answered(BinaryPrimitives.ReadUInt16BigEndian(body), body.Length > 2 ? AnswerAt(body[2..]) : Answer.Taken);
                return null;
            case 9:
                Answered(BinaryPrimitives.ReadUInt16BigEndian(body), new(body[^1], null, null, 0));
                return null;
            case 14:
                _farewell = $"disconnected with 0x{(body.Length > 0 ? body[0] : 0):X2} {(body.Length > 1 ? ReasonAt(body[1..]) : "")}";
                return null;
            default:
                return null; // PINGRESP, and what a terminal does not use
        }
    }

    private byte[]? Deliver(ReadOnlySpan<byte> body, int qos)
    {
        int text = BinaryPrimitives.ReadUInt16BigEndian(body);
        string topic = Encoding.UTF8.GetString(body.Slice(2, text));
        body = body[(2 + text)..];
        ushort id = 0;
        if (qos > 0)
        {
            id = BinaryPrimitives.ReadUInt16BigEndian(body);
            body = body[2..];
        }

        int digits = Packets.ReadLength(body, out int properties);
        _received(topic, body[(digits + properties)..]);
        return qos > 0 ? Packets.PubAck(id) : null;
    }

    private static Answer AnswerAt(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 1) return new(rest[0], null, null, 0);
        int digits = Packets.ReadLength(rest[1..], out int length);
        (string? reason, Dictionary<string, string> user) = Packets.ReadProperties(rest.Slice(1 + digits, length));
        return Answer.Of(rest[0], reason, user);
    }

    private static string? ReasonAt(ReadOnlySpan<byte> rest)
    {
        int digits = Packets.ReadLength(rest, out int length);
        return Packets.ReadProperties(rest.Slice(digits, length)).Reason;
    }

    private void Answered(ushort id, Answer answer)
    {
        TaskCompletionSource<Answer>? waiting;
        lock (_gate) _answers.Remove(id, out waiting);
        waiting?.TrySetResult(answer);
    }

    private void End(string why)
    {
        TaskCompletionSource<Answer>[] open;
        lock (_gate)
        {
            _ended.TrySetResult(why);
            open = [.. _answers.Values];
            _answers.Clear();
        }

        IOException gone = new(why);
        _welcome.TrySetException(gone);
        _ = _welcome.Task.Exception;
        foreach (TaskCompletionSource<Answer> one in open)
        {
            one.TrySetException(gone);
            _ = one.Task.Exception;
        }
    }
}
