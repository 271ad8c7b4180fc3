using System.Globalization;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Cli.Doctor;

/// <summary>
/// The MQTT session: what the bridge lets this terminal do, and a round trip. While the agent runs it is asked to do both over its own session, since
/// a second one under the same name would end that. Only where surely no agent runs does the doctor connect itself.
/// </summary>
public static class SessionChecks
{
    private const string Session = "bridge: session", Acl = "bridge: ACL", Trip = "bridge: round trip";
    private const string Kept = "Punches are kept in the ledger and go up when the way is free again.";

    public static async Task<List<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Setting("Bridge:Host") is not { Length: > 0 } host) return [];
        if (patient.Status is not null) return await ByAgentAsync(patient, cancellationToken);
        if (IsLedgerInUse(patient)) return [new(Session, Level.Unknown, "an agent runs and does not answer; a second session would end the one it may have", "", "Restart the agent, then look again.")];
        if (patient.Setting("Terminal") is not { Length: > 0 } terminal) return [];
        var options = new UplinkOptions
        {
            Terminal = terminal,
            Host = host,
            Port = patient.Whole("Bridge:Port", 8883),
            ServerName = patient.Setting("Bridge:ServerName") is { Length: > 0 } name ? name : host,
            CaFile = Path.Combine(patient.State, "tls", "ca.crt"),
            CertificateFile = Path.Combine(patient.State, "tls", "terminal.crt"),
            KeyFile = Path.Combine(patient.State, "tls", "terminal.key"),
            Tpm = patient.Tpm,
            ConnectTimeout = patient.StepLimit,
            AckTimeout = patient.StepLimit,
        };
        try
        {
            return Findings(await UplinkTrial.RunAsync(options, patient.Now, cancellationToken), direct: true);
        }
        catch (ArgumentException e)
        {
            return [new(Session, Level.Fault, e.Message, Kept, "Correct agent.json.")];
        }
    }

    private static async Task<List<Finding>> ByAgentAsync(Patient patient, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(patient.Socket);
        try
        {
            AgentAnswer answer = await agent.SendAsync(HttpMethod.Post, "/uplink/check", null, patient.StepLimit + patient.StepLimit, cancellationToken);
            if (answer.Status == System.Net.HttpStatusCode.NotFound) return [new(Session, Level.Unknown, "this agent's version cannot be asked", "", "Update the agent.")];
            JsonElement said = answer.Demand();
            return Findings(new(said.Flag("linked") ?? false, said.Text("words"), said.Number("round_trip_ms"), said.Flag("foreign_refused")), direct: false);
        }
        catch (CliException e)
        {
            return [new(Session, Level.Unknown, e.Message, "", e.Remedy)];
        }
    }

    private static List<Finding> Findings(UplinkCheck check, bool direct)
    {
        const string Remedy = "Do as the sentence says; the bridge's page 'Exceptions' has the same with more words.";
        if (!check.Linked) return [new(Session, Level.Fault, $"none: {Plain(check.Words)}", Kept, "See the steps above; where they are well, the sentence says what the bridge did not take.")];
        List<Finding> findings = [new(Session, Level.Ok, direct ? "the bridge let this terminal in (tried by the doctor, since no agent runs)" : "the agent's own is open")];
        findings.Add(check.ForeignRefused switch
        {
            true => new(Acl, Level.Ok, "another terminal's topic was refused"),
            false => new(Acl, Level.Fault, "another terminal's topic was given", "What stands at that address is not this product's bridge, or its rules were changed: every terminal can read the others.", "Check Bridge:Host; tell whoever runs the bridge at once."),
            null => new(Acl, Level.Unknown, $"no answer: {Plain(check.Words)}"),
        });
        findings.Add(check.RoundTripMs is not { } ms ? new(Trip, Level.Fault, $"the bridge did not take the terminal's status: {Plain(check.Words)}", Kept, Remedy)
            : ms > 3000 ? new(Trip, Level.Warning, Took(ms, direct), "The bridge or the way to it is slow; punches go up slowly.", "Look at the bridge's load and its store, and at the network's delay (`ping`).")
            : new(Trip, Level.Ok, Took(ms, direct)));
        return findings;
    }

    private static string Took(double ms, bool direct) => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms {(direct ? "from the first packet to the answered subscription" : "from sending to stored")}");

    private static string Plain(string? words) => string.IsNullOrEmpty(words) ? "it does not say why" : words.TrimEnd('.');

    // A shared lock for a moment: the agent holds the exclusive one for as long as it runs.
    private static bool IsLedgerInUse(Patient patient)
    {
        string file = Path.Combine(patient.State, "ledger.db.lock");
        if (!File.Exists(file)) return false;
        try
        {
            using var held = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
