using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Provisioning;
using Devices.Cli.Terminal;

namespace Devices.Cli.Doctor;

/// <summary>
/// A terminal from afar: what its bridge's patrol found, read with a program's key. What only the board knows (its files, its kernel) is looked at by the
/// doctor on the board; the terminal tells the bridge the most important of it in its status.
/// </summary>
public static class RemoteDoctor
{
    private const int MaxAnswer = 16 * 1024 * 1024;
    private const double StaleHours = 3;
    private const string MakeKey = "Make a key for 'terminals' on the bridge's page 'API keys' (or `Devices.Bridge api-key add --data DIR --name NAME --reads terminals --sites '*'`) and put it into a file of mode 0600.";

    public static async Task<DoctorReport> RunAsync(DoctorSettings settings, CliHost host, TimeSpan limit, CancellationToken cancellationToken)
    {
        string terminal = settings.Terminal!;
        if (settings.Bundle is not null) throw new CliException(ExitCodes.Usage, "--bundle is made on the board: it holds what only the board has.", "Leave --bundle out, or run the doctor on the board.");
        if (settings.Bridge is not { } bridge) throw new CliException(ExitCodes.AnswerMissing, "--terminal needs --bridge: which bridge is to be asked.", "Give --bridge https://HOST:5443 (and --root FILE where the bridge has a certificate of its own authority: a terminal's tls/ca.crt).");
        if (settings.KeyFile is not { } keyFile)
            throw new CliException(ExitCodes.AnswerMissing, "--terminal needs --key-file.", MakeKey);
        if (!Uri.TryCreate(bridge, UriKind.Absolute, out Uri? address) || address.Scheme is not ("https" or "http") || (address.Scheme == "http" && !address.IsLoopback))
            throw new CliException(ExitCodes.Usage, $"--bridge '{bridge}' is not https://HOST:PORT (http is for this machine only: a key must not go over the network in clear).");
        string path = Path.GetFullPath(keyFile, host.WorkingDirectory);
        if (!File.Exists(path)) throw new CliException(ExitCodes.Usage, $"There is no key file {path}.", MakeKey);
        string key = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        if (key.Length == 0 || key.Any(c => c is <= ' ' or > '~')) throw new CliException(ExitCodes.Usage, $"{path} does not hold a key of the bridge.", MakeKey);
        JsonElement found = await AskAsync(address, terminal, key, settings.Root is { } root ? Path.GetFullPath(root, host.WorkingDirectory) : null, host, limit, cancellationToken);
        List<Finding> findings = Findings(found, host.Clock.GetUtcNow());
        return new DoctorReport(terminal, findings.TrueForAll(f => f.Level != Level.Fault), findings);
    }

    private static async Task<JsonElement> AskAsync(Uri bridge, string terminal, string key, string? root, CliHost host, TimeSpan limit, CancellationToken cancellationToken)
    {
        var endpoint = new Endpoint(bridge.IdnHost, bridge.Port);
        CliException? distrust = null;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = limit };
        if (root is not null)
        {
            X509Certificate2Collection roots = Roots(root);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                {
                    try
                    {
                        using X509Certificate2 server = X509CertificateLoader.LoadCertificate(shown!.GetRawCertData());
                        BridgeTrust.DemandServer(server, chain?.ChainPolicy.ExtraStore ?? [], roots, endpoint.Host, endpoint, host.Clock.GetUtcNow());
                        return true;
                    }
                    catch (CliException e)
                    {
                        distrust = new(e.Code, e.Message.Replace("the root that the claim names; the claim code was not sent", $"the root in {root}; the key was not sent", StringComparison.Ordinal).Replace("claim code", "key", StringComparison.Ordinal), inner: e);
                        return false;
                    }
                },
            };
        }

        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(bridge, $"/api/v1/patrol?terminal={Uri.EscapeDataString(terminal)}"), timer.Token);
            return Read(answer.StatusCode, await answer.Content.ReadAsStringAsync(timer.Token), terminal, endpoint);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.BridgeTimeout, $"The bridge at {endpoint} did not answer within {limit.TotalSeconds:0} seconds.", inner: e);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.BridgeGarbage, $"What {endpoint} answers is not what a bridge tells.", inner: e);
        }
        catch (HttpRequestException e)
        {
            if (distrust is not null) throw distrust;
            throw new CliException(ExitCodes.BridgeUnreachable, $"The bridge at {endpoint} cannot be reached: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}.",
                root is null ? "Check the address; where the bridge has a certificate of its own authority, give --root." : null, e);
        }
    }

    private static JsonElement Read(HttpStatusCode status, string text, string terminal, Endpoint endpoint)
    {
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new CliException(ExitCodes.BridgeRefused, $"The bridge at {endpoint} does not take this key for 'terminals'.", "Make one that reads terminals, of every site or of this terminal's.");
        if (status == HttpStatusCode.TooManyRequests) throw new CliException(ExitCodes.BridgeRefused, $"The bridge at {endpoint} was asked too often.", "Wait a minute, then run this again.");
        if (status != HttpStatusCode.OK) throw new CliException(ExitCodes.BridgeGarbage, $"The bridge at {endpoint} has no patrol (HTTP {(int)status}).", "Check the address; an older bridge has none.");
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement[] terminals = Items(document.RootElement, "terminals");
        return terminals.Length == 1 ? terminals[0].Clone() : throw new CliException(ExitCodes.TerminalUnknown, $"The bridge at {endpoint} tells nothing about a terminal '{terminal}'.");
    }

    private static JsonElement[] Items(JsonElement at, string name) => at.Get(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private static X509Certificate2Collection Roots(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file);
            return roots;
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            throw new CliException(ExitCodes.Usage, $"--root {file} cannot be read as PEM certificates: {e.Message}", inner: e);
        }
    }

    private static List<Finding> Findings(JsonElement terminal, DateTimeOffset now)
    {
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(terminal.Whole("checked_at") ?? 0, 0, now.ToUnixTimeMilliseconds()));
        bool stale = (now - at).TotalHours > StaleHours;
        List<Finding> findings =
        [
            new("patrol", stale ? Level.Warning : Level.Ok, $"grade {terminal.Text("grade")}, {terminal.Whole("score")} of 100, looked at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC",
                stale ? "The bridge has made no round since." : "", stale ? "Press 'Check now' on the bridge's page 'Patrol'." : ""),
        ];
        foreach (JsonElement one in Items(terminal, "findings"))
        {
            bool noted = one.Whole("noted_until") is not null;
            findings.Add(new(one.Text("code") ?? "?", noted ? Level.Ok : one.Text("level") == "fault" ? Level.Fault : Level.Warning, one.Text("found") + (noted ? " (noted)" : ""), one.Text("means") ?? "", one.Text("remedy") ?? ""));
        }

        return findings;
    }
}
