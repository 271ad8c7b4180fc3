using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Doctor.Bundle;
using Devices.Cli.Models;
using Devices.Cli.Provisioning;
using Devices.Cli.Terminal;
using Spectre.Console;

namespace Devices.Cli.Doctor;

/// <summary><c>devices doctor</c>: every check is made, whatever the others found; nothing is changed.</summary>
public sealed class DoctorCommand(IAnsiConsole console, CliHost host) : CliCommand<DoctorSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(DoctorSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.StepTimeout is < 1 or > 600) throw new CliException(ExitCodes.Usage, $"--step-timeout {settings.StepTimeout} must be 1 to 600 seconds.");
        TimeSpan limit = TimeSpan.FromSeconds(settings.StepTimeout);
        if (settings.Terminal is not null) return Tell(await RemoteDoctor.RunAsync(settings, Host, limit, cancellationToken), output);
        string socket = Path.GetFullPath(settings.State is { } given && settings.Agent == AgentSettings.DefaultSocket ? Path.Combine(given, "agent.sock") : settings.Agent, Host.WorkingDirectory);
        string state = Path.GetFullPath(settings.State ?? Path.GetDirectoryName(socket)!, Host.WorkingDirectory);
        if (!Directory.Exists(state)) throw new CliException(ExitCodes.NotProvisioned, $"There is no state folder {state}.", "Give --state or --agent of a terminal on this board.");
        var (status, silent) = await StatusAsync(socket, limit, cancellationToken);
        var patient = new Patient(state, socket, Config(state), status, Host, limit);
        List<Finding> findings =
        [
            .. IdentityChecks.Run(patient),
            .. AgentChecks.Run(patient, silent),
            .. BoardChecks.Run(patient),
            .. StorageChecks.Run(patient),
            .. await WayAsync(patient, settings, cancellationToken),
        ];
        var report = new DoctorReport(state, findings.TrueForAll(f => f.Level != Level.Fault), findings);
        if (settings.Bundle is { } file) report = report with { Bundle = await new SupportBundle(patient).WriteAsync(Path.GetFullPath(file, Host.WorkingDirectory), report, cancellationToken) };
        return Tell(report, output);
    }

    // What a broken way would hide behind a second fault is not tried.
    private static async Task<List<Finding>> WayAsync(Patient patient, DoctorSettings settings, CancellationToken cancellationToken)
    {
        List<Finding> way = await BridgeChecks.RunAsync(patient, cancellationToken);
        if (way.TrueForAll(f => f.Level != Level.Fault)) way.AddRange(await SessionChecks.RunAsync(patient, cancellationToken));
        // Another port, so it may answer where the first does not.
        way.AddRange(await SelfViewChecks.RunAsync(patient, settings.Bridge, cancellationToken));
        return way;
    }

    private static ExitCode Tell(DoctorReport report, Output output)
    {
        List<Finding> findings = report.Findings;
        bool sound = report.Sound;
        output.Json(report, CliJson.Default.DoctorReport);
        foreach (Finding finding in findings) Show(finding, output);
        int faults = findings.Count(f => f.Level == Level.Fault), warnings = findings.Count(f => f.Level == Level.Warning);
        output.Say($"{findings.Count} checks: {faults} faults, {warnings} warnings.", sound ? Color.Green : Color.Red);
        if (report.Bundle is { } bundle) output.Say($"Support bundle: {bundle.File} ({Sizes.Text(bundle.Bytes)}). It holds no secret and no person; look into it before you send it.");
        return sound ? ExitCodes.Ok : ExitCodes.TroubleFound;
    }

    private static async Task<(JsonElement? Status, string? Silent)> StatusAsync(string socket, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(socket);
        try
        {
            return ((await agent.SendAsync(HttpMethod.Get, "/status", null, limit, cancellationToken)).Demand(), null);
        }
        catch (CliException e)
        {
            return (null, e.Message);
        }
    }

    private static JsonObject Config(string state)
    {
        try
        {
            return AgentConfig.Read(Path.Combine(state, "agent.json"));
        }
        catch (Exception e) when (e is CliException or IOException or UnauthorizedAccessException)
        {
            // IdentityChecks reports it as a finding.
            return [];
        }
    }

    private static void Show(Finding finding, Output output)
    {
        var (word, colour) = finding.Level switch
        {
            Level.Ok => ("ok", Color.Green), Level.Warning => ("WARNING", Color.Yellow), Level.Fault => ("FAULT", Color.Red), _ => ("unknown", Color.Grey),
        };
        output.Say($"{word,-8} {finding.Check}: {finding.Found}", colour);
        if (finding.Meaning.Length > 0) output.Say($"         {finding.Meaning}");
        if (finding.Remedy.Length > 0) output.Say($"         What to do: {finding.Remedy}");
    }
}
