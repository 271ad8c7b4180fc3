using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Contract.Punches;
using Spectre.Console;

namespace Devices.Cli.Provisioning;

/// <summary><c>devices provision</c>: key made here → certificate from the bridge → configuration, in one folder, all or nothing.</summary>
public sealed class ProvisionCommand(IAnsiConsole console, CliHost host) : CliCommand<ProvisionSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(ProvisionSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Status) return await StatusAsync(settings, output, cancellationToken);
        ProvisionPlan plan = await PlanAsync(settings, output, cancellationToken);
        var folder = new StateFolder(plan.State);
        // Refused before the folder is even touched.
        if (!settings.Replace && folder.Kind() is StateKind.Provisioned) throw Already(plan.State);
        using FileStream held = folder.Open();
        if (folder.MustRollForward)
        {
            folder.RollForward();
            Own(plan.State);
            output.Say("An earlier run had everything and was stopped while putting it in place: that is finished now.", Color.Green);
            if (!settings.Replace) return await FinishAsync(plan, settings, folder, resumed: true, output, cancellationToken);
        }

        switch (folder.Kind())
        {
            case StateKind.Provisioned or StateKind.Replacing when !settings.Replace:
                throw Already(plan.State);
            case StateKind.Half:
                output.Say($"This board is half provisioned ({folder.Describe()}); going on.", Color.Yellow);
                break;
        }

        folder.Prepare();
        var (key, takenUp) = DeviceKey.LoadOrCreate(folder.PendingKey);
        using ECDsa disposed = key;
        output.Say(takenUp ? "1/5 Key: the one that an earlier run made on this board." : "1/5 Key: made on this board (P-256), file mode 0600; it never leaves it.");
        var est = new EstClient(plan, Host.Clock);
        X509Certificate2Collection roots = await est.TrustAsync(cancellationToken);
        output.Say($"2/5 Bridge: {plan.Enrolment} shows the root that the claim names and a certificate for '{plan.ServerName}'.");
        string? board = BoardSerial.Read();
        X509Certificate2Collection answer = await est.EnrolAsync(DeviceKey.SigningRequest(key, plan.Terminal, board), cancellationToken);
        IssuedCertificate issued = IssuedCertificate.Demand(answer, key, plan.Terminal, roots, Host.Clock.GetUtcNow());
        output.Say($"3/5 Certificate: for '{plan.Terminal}', our key, valid to {issued.Leaf.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.");
        folder.Commit(issued.ToPem(), IssuedCertificate.Pem(roots), AgentConfig.Compose(folder.ConfigPath, plan, settings));
        Own(plan.State);
        output.Say($"4/5 Files: tls/terminal.key, tls/terminal.crt, tls/ca.crt and agent.json are in {plan.State}.");
        return await FinishAsync(plan, settings, folder, takenUp, output, cancellationToken);
    }

    private async Task<ExitCode> FinishAsync(ProvisionPlan plan, ProvisionSettings settings, StateFolder folder, bool resumed, Output output, CancellationToken cancellationToken)
    {
        string? uplink = settings.NoUplinkCheck ? null
            : await UplinkProbe.TryAsync(plan.Mqtt, settings.BridgeName ?? plan.Mqtt.Host, folder.CertificatePath, folder.KeyPath, folder.RootsPath, plan.StepLimit, Host.Clock, cancellationToken);
        if (!settings.NoUplinkCheck && uplink is null) output.Say($"5/5 MQTT: {plan.Mqtt} takes the certificate.");
        using X509Certificate2 leaf = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(folder.CertificatePath, CancellationToken.None));
        string name = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        output.Json(new ProvisionResult("provisioned", name, plan.State, folder.ConfigPath, leaf.NotAfter.ToUniversalTime(), plan.Claim.RootSha256, resumed, uplink), CliJson.Default.ProvisionResult);
        if (uplink is null)
        {
            output.Say($"Terminal '{name}' is provisioned. Start its agent with --config {folder.ConfigPath}.", Color.Green);
            return ExitCodes.Ok;
        }

        if (!output.IsJson) output.Fault(new CliException(ExitCodes.UplinkFailed, $"Terminal '{name}' is provisioned, but its uplink does not work yet. {uplink}"));
        return ExitCodes.UplinkFailed;
    }

    private async Task<ExitCode> StatusAsync(ProvisionSettings settings, Output output, CancellationToken cancellationToken)
    {
        string state = Path.GetFullPath(await AnswerAsync(settings.State, "--state", "State folder of the agent:", null, output, cancellationToken), Host.WorkingDirectory);
        var folder = new StateFolder(state);
        StateKind kind = folder.Kind();
        string word = kind switch { StateKind.Provisioned => "provisioned", StateKind.Half => "half-provisioned", StateKind.Replacing => "replacing", _ => "empty" };
        output.Say($"{state} is {word}: {folder.Describe()}.");
        output.Json(new ProvisionResult(word, null, state, File.Exists(folder.ConfigPath) ? folder.ConfigPath : null, null, null, false, null), CliJson.Default.ProvisionResult);
        return kind switch { StateKind.Provisioned or StateKind.Replacing => ExitCodes.Ok, StateKind.Half => ExitCodes.HalfProvisioned, _ => ExitCodes.NotProvisioned };
    }

    private async Task<ProvisionPlan> PlanAsync(ProvisionSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (!output.Interactive)
        {
            var missing = new (string? Value, string Flag)[] { (settings.Bridge, "--bridge"), (settings.Claim, "--claim"), (settings.Terminal, "--terminal"), (settings.State, "--state") }
                .Where(f => string.IsNullOrWhiteSpace(f.Value)).Select(f => f.Flag).ToList();
            if (missing.Count > 0) throw Missing(string.Join(" and ", missing), missing.Count > 1);
        }

        string bridge = await AnswerAsync(settings.Bridge, "--bridge", "Bridge's enrolment address (https://HOST:5443):", null, output, cancellationToken);
        string claim = await AnswerAsync(settings.Claim, "--claim", "Claim (CODE@ROOTSHA256HEX):", t => Fault(() => Claim.Parse(t)), output, cancellationToken);
        string terminal = await AnswerAsync(settings.Terminal, "--terminal", "Name of this terminal:",
            t => PunchRules.IsTerminalName(t) ? null : "1 to 32 of a-z, 0-9 and '-', not beginning with '-'.", output, cancellationToken);
        string state = await AnswerAsync(settings.State, "--state", "State folder of the agent:", null, output, cancellationToken);
        return ProvisionPlan.Of(settings, bridge, claim, terminal, state, Host);
    }

    private static async Task<string> AnswerAsync(string? given, string flag, string question, Func<string, string?>? wrong, Output output, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(given)) return given;
        if (!output.Interactive) throw Missing(flag, several: false);
        var prompt = new TextPrompt<string>(Markup.Escape(question)).Validate(t => wrong?.Invoke(t) is { } why ? ValidationResult.Error(Markup.Escape(why)) : ValidationResult.Success());
        return await prompt.ShowAsync(output.Console, cancellationToken);
    }

    private static string? Fault(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (CliException fault)
        {
            return fault.Message;
        }
    }

    private static CliException Missing(string flags, bool several) =>
        new(ExitCodes.AnswerMissing, $"{flags} {(several ? "are" : "is")} missing, and there is no terminal to ask on.", "Give the named flags.");

    private static CliException Already(string state) =>
        new(ExitCodes.AlreadyProvisioned, $"{state} already holds a provisioned terminal; nothing was changed.");

    /// <summary>As root, gives the files to the owner of the state folder: the agent's service user must be able to read its key.</summary>
    private static void Own(string state)
    {
        if (!Environment.IsPrivilegedProcess) return;
        var start = new ProcessStartInfo("chown") { RedirectStandardError = true };
        foreach (string argument in (string[])["-R", $"--reference={state}", Path.Combine(state, "tls"), Path.Combine(state, "agent.json")]) start.ArgumentList.Add(argument);
        using Process? process = Process.Start(start);
        process?.WaitForExit();
    }
}
