using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Ledger;
using Devices.Cli.Provisioning;
using Devices.Cli.Terminal;
using Devices.Edge.Ledger.Identity;

namespace Devices.Cli.Doctor;

/// <summary>
/// What the bridge thinks of this terminal, asked over HTTPS with the terminal's own certificate: nobody's password is needed, and the MQTT session is
/// left alone. The bridge shows each terminal itself only.
/// </summary>
public static class SelfViewChecks
{
    public const string Path = "/.well-known/devices/terminal";

    private const string Check = "bridge's view";
    private const int DefaultPort = 5443;
    private const int MaxAnswer = 1024 * 1024;

    /// <param name="bridge">HTTPS address of the bridge; null takes where certificates are renewed (Bridge:EnrolmentHost and -Port), by default Bridge:Host and 5443.</param>
    public static async Task<List<Finding>> RunAsync(Patient patient, string? bridge, CancellationToken cancellationToken)
    {
        if (bridge is null && patient.Setting("Bridge:Host") is not { Length: > 0 }) return [];
        try
        {
            Uri address = Address(patient, bridge);
            return Findings(patient, await AskAsync(patient, address, cancellationToken));
        }
        catch (CliException e)
        {
            return [new(Check, e.Code == ExitCodes.BridgeUnreachable || e.Code == ExitCodes.BridgeTimeout ? Level.Unknown : Level.Fault, e.Message, "", e.Remedy)];
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return [new(Check, Level.Unknown, $"it cannot be asked: {e.Message}", "", "Check the files in tls/ and their rights.")];
        }
    }

    private static Uri Address(Patient patient, string? bridge)
    {
        if (bridge is null) return new UriBuilder(Uri.UriSchemeHttps, patient.Setting("Bridge:EnrolmentHost") is { Length: > 0 } own ? own : patient.Setting("Bridge:Host")!, patient.Whole("Bridge:EnrolmentPort", DefaultPort)).Uri;
        return Uri.TryCreate(bridge, UriKind.Absolute, out Uri? given) && given.Scheme == Uri.UriSchemeHttps ? given : throw new CliException(ExitCodes.Usage, $"--bridge '{bridge}' is not https://HOST:PORT.");
    }

    private static async Task<JsonElement> AskAsync(Patient patient, Uri address, CancellationToken cancellationToken)
    {
        var endpoint = new Endpoint(address.IdnHost, address.Port);
        string name = patient.Setting("Bridge:ServerName") is { Length: > 0 } other ? other : endpoint.Host;
        string tls = System.IO.Path.Combine(patient.State, "tls");
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(System.IO.Path.Combine(tls, "ca.crt"));
        using X509Certificate2 own = TerminalKey.Pair(System.IO.Path.Combine(tls, "terminal.crt"), System.IO.Path.Combine(tls, "terminal.key"), patient.Tpm, check: true);
        CliException? distrust = null;
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = patient.StepLimit,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = name,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                {
                    try
                    {
                        using X509Certificate2 server = X509CertificateLoader.LoadCertificate(shown!.GetRawCertData());
                        BridgeTrust.DemandServer(server, chain?.ChainPolicy.ExtraStore ?? [], roots, name, endpoint, patient.Now);
                        return true;
                    }
                    catch (CliException e)
                    {
                        distrust = e;
                        return false;
                    }
                },
            },
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patient.StepLimit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://{endpoint}{Path}")) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using HttpResponseMessage answer = await client.SendAsync(request, limit.Token);
            string text = await answer.Content.ReadAsStringAsync(limit.Token);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => JsonDocument.Parse(text).RootElement.Clone(),
                HttpStatusCode.NotFound when !text.Contains("knows no terminal", StringComparison.Ordinal) => throw new CliException(ExitCodes.BridgeTimeout, $"The bridge at {endpoint} is of a version that does not tell.", "Update the bridge."),
                _ => throw new CliException(ExitCodes.BridgeRefused, $"the bridge does not know this terminal's certificate as good: {text.Trim()}", "Do as the sentence says; `devices provision --replace` makes a new identity."),
            };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.BridgeTimeout, $"The bridge's HTTPS port at {endpoint} did not answer within {patient.StepLimit.TotalSeconds:0} seconds.", "Give --bridge where the port is another one.", e);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.BridgeGarbage, $"What {endpoint} answers is not what a bridge tells.", inner: e);
        }
        catch (HttpRequestException e)
        {
            if (distrust is not null) throw distrust;
            throw new CliException(ExitCodes.BridgeUnreachable, $"The bridge's HTTPS port at {endpoint} cannot be reached: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}.", "Give --bridge where the port is another one, and let it through the firewall: certificates are renewed over it.", e);
        }
    }

    private static List<Finding> Findings(Patient patient, JsonElement view)
    {
        List<Finding> findings = [];
        double away = view.Whole("last_seen_at") is { } seen ? ((view.Whole("now") ?? 0) - seen) / 60_000.0 : double.NaN;
        string site = view.Text("site") is { Length: > 0 } named ? $"site {named}" : "the main site";
        string found = string.Create(CultureInfo.InvariantCulture, $"{view.Text("terminal")} at {site}, {(view.Flag("online") is true ? "online" : double.IsNaN(away) ? "never seen" : $"last seen {away:0} min ago")}, bridge version {view.Text("version") ?? "?"}");
        findings.Add(view.Flag("online") is true || patient.Status is null
            ? new(Check, Level.Ok, found)
            : new(Check, Level.Warning, found, "The agent runs here, and the bridge has no session of it.", "See the steps of 'bridge' above."));
        findings.Add(Clock(patient, view));
        findings.Add(Ledger(patient, view));
        findings.Add(view.Flag("config_held") is true
            ? new("bridge: settings", Level.Ok, $"this terminal holds what the bridge wishes (revision {view.Whole("config_revision") ?? 0})")
            : new("bridge: settings", Level.Warning, $"the bridge wishes revision {view.Whole("config_revision") ?? 0}, which this terminal has not said that it holds", "Operators' changes are not in force here yet.", "Look again in a minute; if it lasts, read 'wishes' above and the agent's log."));
        JsonElement[] open = view.Get("exceptions")?.EnumerateArray().ToArray() ?? [];
        if (open.Length > 0)
            findings.Add(new("bridge: exceptions", open.Any(row => row.Text("code") is "fork" or "shared-identity") ? Level.Fault : Level.Warning,
                string.Join("; ", open.Take(5).Select(row => $"{row.Text("source")} {row.Text("code")} (×{row.Whole("count") ?? 1}){(row.Text("text") is { } text ? ": " + text.TrimEnd('.') : "")}")) + (open.Length > 5 ? $" and {open.Length - 5} more" : ""),
                "The bridge refused or doubted something of this terminal.", "See the bridge's page 'Exceptions'."));
        return findings;
    }

    private static Finding Clock(Patient patient, JsonElement view)
    {
        // Half of the way there and back is in it; seconds are what matters.
        double off = (patient.Now.ToUnixTimeMilliseconds() - (view.Whole("now") ?? 0)) / 1000.0;
        string found = string.Create(CultureInfo.InvariantCulture, $"this board's clock is {off:+0.0;-0.0;0.0} s from the bridge's");
        return Math.Abs(off) > 30 ? new("bridge: clock", Level.Warning, found, "One of both is wrong. Punches get the time of whichever source the agent trusts ('clock' above).", "Look at NTP on both.") : new("bridge: clock", Level.Ok, found);
    }

    private static Finding Ledger(Patient patient, JsonElement view)
    {
        const string Name = "bridge: ledger";
        JsonElement[] all = view.Get("ledgers")?.EnumerateArray().ToArray() ?? [];
        if (all.Length == 0) return new(Name, Level.Ok, "it has none of this terminal yet");
        Guid? here = null;
        long last = 0;
        try
        {
            string file = System.IO.Path.Combine(patient.State, "ledger.db");
            if (File.Exists(file)) (here, last) = LedgerFiles.Read(file, reader => ((Guid?)reader.LedgerId, reader.Acknowledged));
        }
        catch (CliException)
        {
            // 'ledger' says it.
        }

        JsonElement? mine = all.Cast<JsonElement?>().FirstOrDefault(row => row!.Value.Text("ledger") == here?.ToString("D"));
        string others = all.Length > 1 ? $"; {all.Length - 1} of earlier boards or cards" : "";
        if (mine is not { } ledger)
            return new(Name, Level.Warning, $"it does not know the ledger that is here{others}", "Nothing of this ledger has come up yet, or this board writes under another's name.", "Look at 'uplink' above; compare the names on both boards.");
        string found = $"it has this ledger through {ledger.Whole("through") ?? 0} (here: acknowledged through {last}){others}";
        if (ledger.Flag("forked") is true) return new(Name, Level.Fault, $"{found}; forked: {ledger.Text("problem")}", "The bridge takes no punches of this ledger: this board was cloned or restored.", "Delete nothing. Compare both copies (`devices ledger verify`), then set this ledger aside so that a new one begins.");
        return ledger.Text("problem") is { Length: > 0 } problem ? new(Name, Level.Fault, $"{found}; {problem.TrimEnd('.')}", "The bridge takes no punches beyond that place.", "Do as the sentence says; delete nothing.") : new(Name, Level.Ok, found);
    }
}
