using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>Reaches the bridge step by step (name, TCP, TLS), each with its own time limit and its own sentence.</summary>
public sealed class BridgeLink(Endpoint endpoint, string serverName, TimeSpan limit)
{
    /// <summary>The certificate that the server showed in the last handshake.</summary>
    public X509Certificate2? Shown { get; private set; }

    /// <summary>The rest of the chain that it sent.</summary>
    public X509Certificate2Collection ShownChain { get; } = [];

    /// <summary>An open TLS stream. The server's certificate is recorded, not judged: the caller judges it with <see cref="BridgeTrust"/> before it sends anything.</summary>
    public async Task<SslStream> ConnectAsync(X509Certificate2? client, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(cancellationToken);
        Socket socket = await DialAsync(addresses, cancellationToken);
        return await SecureAsync(socket, client, cancellationToken);
    }

    public Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken) => LimitAsync(async stop =>
    {
        try
        {
            return await Dns.GetHostAddressesAsync(endpoint.Host, stop);
        }
        catch (SocketException e)
        {
            throw new CliException(ExitCodes.BridgeUnreachable, $"This board cannot find an address for '{endpoint.Host}': {e.Message}.", "Check the host's name, and this board's network and DNS.", e);
        }
    }, ExitCodes.BridgeUnreachable, $"This board's name server did not answer for '{endpoint.Host}'", cancellationToken);

    public Task<Socket> DialAsync(IPAddress[] addresses, CancellationToken cancellationToken) => LimitAsync(async stop =>
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, stop);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            string what = e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "nothing listens on that port",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way to that network",
                _ => e.Message,
            };
            throw new CliException(ExitCodes.BridgeUnreachable, $"The bridge at {endpoint} cannot be reached: {what}.", inner: e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }, ExitCodes.BridgeUnreachable, $"{endpoint} did not take the connection", cancellationToken);

    public Task<SslStream> SecureAsync(Socket socket, X509Certificate2? client, CancellationToken cancellationToken) => LimitAsync(async stop =>
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                // Judged by BridgeTrust against the pinned root; nothing is sent before that.
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Record(certificate, chain),
            };
            if (client is not null) options.ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true);
            await stream.AuthenticateAsClientAsync(options, stop);
            return stream;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            throw new CliException(ExitCodes.BridgeGarbage, $"{endpoint} takes connections but does not speak TLS as a bridge does: {e.InnerException?.Message ?? e.Message}", inner: e);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }, ExitCodes.BridgeTimeout, $"{endpoint} took the connection but did not finish the TLS handshake", cancellationToken);

    private bool Record(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null) return false;
        Shown = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        ShownChain.Clear();
        foreach (X509Certificate2 sent in chain?.ChainPolicy.ExtraStore ?? []) ShownChain.Add(X509CertificateLoader.LoadCertificate(sent.RawData));
        return true;
    }

    /// <summary>Runs one step; silence longer than the limit is a fault that says which side was silent.</summary>
    public async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> step, ExitCode code, string silent, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            return await step(timer.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(code, $"{silent} within {limit.TotalSeconds:0} seconds.", inner: e);
        }
    }
}
