using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Cli.Provisioning;
using Devices.Edge.Ledger.Identity;

namespace Devices.Cli.Doctor;

/// <summary>The way to the bridge step by step: name, TCP, TLS with this terminal's certificate, the bridge's certificate.</summary>
public static class BridgeChecks
{
    private const string Kept = "Punches are kept in the ledger and go up when the way is free again.";

    public static async Task<List<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (patient.Setting("Bridge:Host") is not { Length: > 0 } host)
            return [new("bridge", Level.Fault, "Bridge:Host is not set in agent.json", Kept, "Run `devices provision`, or set Bridge:Host.")];
        var endpoint = new Endpoint(host, patient.Whole("Bridge:Port", 8883));
        string name = patient.Setting("Bridge:ServerName") is { Length: > 0 } other ? other : host;
        var link = new BridgeLink(endpoint, name, patient.StepLimit);
        string step = "bridge: name";
        try
        {
            IPAddress[] addresses = await link.ResolveAsync(cancellationToken);
            findings.Add(new(step, Level.Ok, $"{host} is {string.Join(", ", addresses.Select(a => a.ToString()))}"));
            step = "bridge: TCP";
            Socket socket = await link.DialAsync(addresses, cancellationToken);
            findings.Add(new(step, Level.Ok, $"{endpoint} takes connections"));
            step = "bridge: TLS";
            using X509Certificate2? own = Own(patient);
            await using SslStream stream = await link.SecureAsync(socket, own, cancellationToken);
            findings.Add(new(step, Level.Ok, $"{stream.SslProtocol}{(own is null ? ", tried without this terminal's certificate" : "")}"));
            step = "bridge: certificate";
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(Path.Combine(patient.State, "tls", "ca.crt"));
            BridgeTrust.DemandServer(link.Shown!, link.ShownChain, roots, name, endpoint, patient.Now);
            findings.Add(new(step, Level.Ok, $"made for '{name}', signed by tls/ca.crt, valid to {link.Shown!.NotAfter.ToUniversalTime():yyyy-MM-dd}"));
        }
        catch (CliException e)
        {
            findings.Add(new(step, Level.Fault, e.Message.Replace("; the claim code was not sent", "", StringComparison.Ordinal), Kept, e.Remedy));
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            findings.Add(new(step, Level.Fault, e.Message, Kept, "Check the files in tls/ and their rights."));
        }

        return findings;
    }

    private static X509Certificate2? Own(Patient patient)
    {
        try
        {
            return TerminalKey.Pair(Path.Combine(patient.State, "tls", "terminal.crt"), Path.Combine(patient.State, "tls", "terminal.key"), patient.Tpm, check: true);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
