using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Devices.Cli.Tests.Support;

/// <summary>What a bridge would answer.</summary>
public sealed record Answer(int Status, string Body);

/// <summary>A bridge's enrolment port that does what a test wants, good or bad.</summary>
public sealed class FakeBridge : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly Task _serving;
    private bool _disposed;

    public FakeBridge(TestAuthority authority, X509Certificate2? certificate = null)
    {
        Authority = authority;
        _certificate = certificate ?? authority.Server();
        _listener.Start();
        _serving = ServeAsync();
    }

    public TestAuthority Authority { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"https://127.0.0.1:{Port}";

    public string Claim => $"ABCDE-FGHJK@{Authority.Fingerprint}";

    /// <summary>Everything that was received inside TLS, request by request.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>Instead of TLS, send this.</summary>
    public byte[]? InsteadOfTls { get; set; }

    public bool SilentBeforeTls { get; set; }

    /// <summary>Paths on which nothing is ever answered.</summary>
    public string? SilentAt { get; set; }

    /// <summary>Completes once a request is being kept waiting.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers any other path.</summary>
    public Func<string, Answer>? Other { get; set; }

    public Func<Answer>? CaCerts { get; set; }

    /// <summary>From the signing request (DER) to an answer.</summary>
    public Func<byte[], Answer>? Enrol { get; set; }

    public static Answer Pkcs7(params X509Certificate2[] certificates) =>
        new(200, Convert.ToBase64String(new X509Certificate2Collection(certificates).Export(X509ContentType.Pkcs7)!, Base64FormattingOptions.InsertLineBreaks));

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                open.Add(ConversationAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException) // the last: stopped between two accepts
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ConversationAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            if (InsteadOfTls is { } bytes)
            {
                await client.GetStream().WriteAsync(bytes, _stop.Token);
                return;
            }

            if (SilentBeforeTls) await ForeverAsync();
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            string request = await ReadRequestAsync(tls);
            if (request.Length == 0) return;
            Received.Enqueue(request);
            // An agent or a doctor calls by MQTT here too: nobody answers.
            if (request.Split(' ') is not [_, var path, ..]) return;
            if (SilentAt is not null && path.EndsWith(SilentAt, StringComparison.Ordinal)) await ForeverAsync();
            Answer answer = path.EndsWith("/cacerts", StringComparison.Ordinal) ? CaCerts?.Invoke() ?? Pkcs7(Authority.Root)
                : path.EndsWith("/simpleenroll", StringComparison.Ordinal) ? (Enrol ?? Issue)(Convert.FromBase64String(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]))
                : Other?.Invoke(path) ?? new Answer(404, "");
            string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Said\r\nContent-Type: text/plain\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n\r\n");
            await tls.WriteAsync(Encoding.ASCII.GetBytes(answer.Status == 0 ? answer.Body : head + answer.Body), _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went away, or the test is over.
        }
    }

    private Answer Issue(byte[] signingRequest)
    {
        using X509Certificate2 leaf = Authority.Terminal(signingRequest);
        return Pkcs7(leaf, Authority.Root);
    }

    private async Task ForeverAsync()
    {
        Waiting.TrySetResult();
        await Task.Delay(Timeout.Infinite, _stop.Token);
    }

    private async Task<string> ReadRequestAsync(SslStream from)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[8192];
        while (true)
        {
            int read = await from.ReadAsync(buffer, _stop.Token);
            if (read == 0) return text.ToString();
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            string all = text.ToString();
            int end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            string? length = all[..end].Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            if (all.Length >= end + 4 + (length is null ? 0 : int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture))) return all;
        }
    }
}
