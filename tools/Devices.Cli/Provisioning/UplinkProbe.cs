using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Cli.Provisioning;

/// <summary>Tries the new certificate on the bridge's MQTT endpoint: name, TCP, TLS in both directions. No MQTT session is opened.</summary>
public static class UplinkProbe
{
    // In TLS 1.3 a server's refusal of the client's certificate arrives after the handshake, with the first read.
    private static readonly TimeSpan RefusalWindow = TimeSpan.FromSeconds(1.5);

    /// <returns>Null where the endpoint took the certificate, else one sentence.</returns>
    public static async Task<string?> TryAsync(Endpoint mqtt, string serverName, string certificatePath, string keyPath, string rootsPath, BoardTpm? tpm, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var roots = new X509Certificate2Collection();
        var link = new BridgeLink(mqtt, serverName, limit);
        try
        {
            roots.ImportFromPemFile(rootsPath);
            using X509Certificate2 client = TerminalKey.Pair(certificatePath, keyPath, tpm, check: true);
            await using SslStream stream = await link.ConnectAsync(client, cancellationToken);
            BridgeTrust.DemandServer(link.Shown!, link.ShownChain, roots, serverName, mqtt, clock.GetUtcNow());
            using var window = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            window.CancelAfter(RefusalWindow);
            int read = await stream.ReadAsync(new byte[1], window.Token);
            return read == 0 ? $"The bridge at {mqtt} closed the connection right after it saw this terminal's certificate." : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (CliException fault)
        {
            return fault.Message.Replace("; the claim code was not sent", "", StringComparison.Ordinal);
        }
        catch (TpmException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            return $"The bridge at {mqtt} did not take this terminal's certificate: {e.InnerException?.Message ?? e.Message}";
        }
    }
}
