using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Cli.Flash;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Provisioning.HandOver;
using Devices.Cli.Provisioning.Interview;
using Devices.Cli.Provisioning.Run;
using Spectre.Console;

namespace Devices.Cli.Provisioning;

/// <summary><c>devices provision</c>: from an empty board to a terminal whose self-test the bridge has seen, by flags, by questions, or from a sealed bundle.</summary>
public sealed class ProvisionCommand(IAnsiConsole console, CliHost host) : CliCommand<ProvisionSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(ProvisionSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Status) return Status(settings, output);
        ProvisionAnswers given = ProvisionAnswers.Of(settings);
        if (settings.Bundle is { } bundle) given = given.Over(BundleReader.Open(Path.GetFullPath(bundle, Host.WorkingDirectory), settings.PassphraseFile, output, Host));
        // A bundle cannot know at which port the MCU hangs.
        if (settings.Bundle is not null && given is { Mcu: null, Ssid: not null }) given = given with { Mcu = "auto" };
        if (given.Mcu == "auto") given = given with { Mcu = BoardChoice.Ports(new BoardSettings { Baud = 115_200 }, output).Single() };
        ProvisionInterview interview = new(output, Host);
        if (given.State is null && output.Interactive && await EarlierAsync(interview, cancellationToken)) given = given with { State = ProvisionInterview.DefaultState };
        string? state = given.State is null ? null : Path.GetFullPath(given.State, Host.WorkingDirectory);
        ProvisionJournal? journal = state is null ? null : ProvisionJournal.Open(state);
        if (settings.Anew) journal?.Forget();
        if (settings.Finish)
        {
            if (journal is null) throw Missing("--state", several: false);
            if (!journal.IsOpen) return Nothing(state!, output);
        }

        ProvisionAnswers answers = Completed(given, journal, settings, output);
        if (Absent(answers, journal, settings.Replace) is { Count: > 0 } absent)
        {
            if (!output.Interactive) throw Missing(string.Join(" and ", absent), absent.Count > 1);
            answers = await interview.AskAsync(answers, cancellationToken);
        }

        ProvisionPlan plan = ProvisionPlan.Of(answers, Host);
        var folder = new StateFolder(plan.State);
        bool goesOn = journal is { IsOpen: true } || given.Claim is null;
        // Refused before the folder is even touched.
        if (!settings.Replace && !goesOn && folder.Kind() is StateKind.Provisioned) throw Already(plan.State);
        using FileStream held = folder.Open();
        // Read again now that nobody else is at work here.
        journal = ProvisionJournal.Open(plan.State);
        if (settings.Anew || (settings.Replace && !journal.IsOpen)) journal.Forget();
        if (journal.Content.Answers.Terminal is { } before && before != plan.Terminal) journal.Forget();
        journal.Begin(answers with { State = plan.State, Claim = folder.Kind() is StateKind.Provisioned && !settings.Replace ? null : answers.Claim });
        if (folder.MustRollForward)
        {
            folder.RollForward();
            Ownership.Give(plan.State);
            journal.Note(new("files", "Files", "done", Host.Clock.GetUtcNow(), 0, "put in place after an earlier run was stopped."));
            journal.ForgetClaim();
            output.Say("An earlier run had everything and was stopped while putting it in place: that is finished now.", Color.Green);
        }
        else if (folder.Kind() is StateKind.Half or StateKind.Waiting)
        {
            output.Say($"This board is half provisioned ({folder.Describe()}); going on.", Color.Yellow);
        }

        return await RunAsync(new ProvisionScene(plan, answers, folder, journal, output, Host) { Replace = settings.Replace, Stop = cancellationToken }, cancellationToken);
    }

    private async Task<ExitCode> RunAsync(ProvisionScene scene, CancellationToken cancellationToken)
    {
        using var identity = new IdentitySteps(scene);
        CliException? uplink = null;
        try
        {
            await new StepRunner(scene.Journal, scene.Output, Host).RunAsync(Steps(scene, identity), cancellationToken);
        }
        catch (CliException fault) when (fault.Code == ExitCodes.UplinkFailed)
        {
            // The board is provisioned all the same, and --json says so.
            uplink = fault;
        }

        if (uplink is null && !scene.Offline) scene.Journal.Finish();
        DateTimeOffset? until = null;
        if (!scene.Offline)
        {
            using X509Certificate2 leaf = scene.Certificate();
            until = leaf.NotAfter.ToUniversalTime();
        }

        ProvisionPlan plan = scene.Plan;
        scene.Output.Json(new ProvisionResult(scene.Offline ? "waiting" : "provisioned", plan.Terminal, plan.State, scene.Folder.ConfigPath, until, plan.Claim.RootSha256, scene.Resumed, uplink?.Message,
            scene.Journal.Content.Steps, scene.Answers.HandOver), CliJson.Default.ProvisionResult);
        if (uplink is not null)
        {
            if (!scene.Output.IsJson) scene.Output.Fault(uplink);
            return ExitCodes.UplinkFailed;
        }

        if (scene.Offline)
        {
            if (!scene.Output.IsJson) scene.Output.Fault(new CliException(ExitCodes.CertificateOpen, $"Terminal '{plan.Terminal}' takes punches from now on and keeps them; its certificate is still to be fetched from {plan.Enrolment}."));
            return ExitCodes.CertificateOpen;
        }

        // A self-test that the bridge has seen came from an agent that runs.
        scene.Output.Say(scene.Answers.Start || scene.Answers.SelfTest ? $"Terminal '{plan.Terminal}' is ready." : $"Terminal '{plan.Terminal}' is provisioned. Start its agent with --config {scene.Folder.ConfigPath}.", Color.Green);
        return ExitCodes.Ok;
    }

    private static List<Step> Steps(ProvisionScene scene, IdentitySteps identity)
    {
        ProvisionAnswers answers = scene.Answers;
        var agent = new AgentSteps(scene);
        bool camera = answers.CameraCheck is "auto" or "ask";
        List<Step> steps = [.. identity.Steps()];
        if (answers.UplinkCheck) steps.Add(identity.Uplink());
        if (answers.Mcu is not null) steps.AddRange(new McuSteps(scene).Steps());
        if (answers.Start || camera || answers.SelfTest) steps.Add(agent.Start());
        if (answers.Mcu is not null && answers.Start) steps.Add(agent.McuOnline());
        if (camera) steps.Add(new CameraStep(scene).Step());
        if (answers.SelfTest) steps.Add(agent.SelfTest());
        if (answers.HandOver is not null) steps.Add(new HandOverStep(scene).Step());
        return steps;
    }

    /// <summary>What an earlier run here was told, where this one was not told otherwise.</summary>
    private ProvisionAnswers Completed(ProvisionAnswers given, ProvisionJournal? journal, ProvisionSettings settings, Output output)
    {
        if (journal is null || journal.Content.Steps.Count == 0) return given;
        ProvisionAnswers before = journal.Content.Answers;
        var folder = new StateFolder(Path.GetFullPath(given.State!, Host.WorkingDirectory));
        // A terminal at work has a ledger in its name.
        if (folder.IsWaiting && given.Terminal is { } terminal && before.Terminal is { } other && terminal != other)
            throw new CliException(ExitCodes.OtherAnswers, $"This board already keeps punches as '{other}'; --terminal says '{terminal}'.");
        if (journal.IsOpen && journal.Content.Steps.LastOrDefault(step => step.State != "done") is { } stopped)
            output.Say($"An earlier run ended at the step '{stopped.Title}': {stopped.Found} Going on from there.", Color.Yellow);
        if (journal.IsOpen) return given.Over(before);
        // Ended before: what the terminal is, not what was done to it. Other steps are taken where this run's flags want them.
        return given.Claim is null && !settings.Replace ? given.Over(before with { Mcu = null, Ssid = null, WifiPasswordFile = null, Start = false, CameraCheck = null, SelfTest = false, HandOver = null }) : given;
    }

    private List<string> Absent(ProvisionAnswers answers, ProvisionJournal? journal, bool replace)
    {
        // The certificate is in place, and is not to be replaced: no claim is needed any more.
        bool spent = answers.State is { } state && journal is { Content.Answers.Bridge: not null } && new StateFolder(Path.GetFullPath(state, Host.WorkingDirectory)).Kind() is StateKind.Provisioned
            && (!replace || (journal.IsOpen && journal.IsDone("files")));
        return [.. new (string? Value, string Flag)[] { (answers.Bridge, "--bridge"), (spent ? "spent" : answers.Claim, "--claim"), (answers.Terminal, "--terminal"), (answers.State, "--state") }
            .Where(one => one.Value is null).Select(one => one.Flag)];
    }

    // Whoever was stopped runs the same command again, without flags: go on where the agent's state usually lies.
    private static async Task<bool> EarlierAsync(ProvisionInterview interview, CancellationToken cancellationToken)
    {
        ProvisionJournal journal;
        try
        {
            journal = ProvisionJournal.Open(ProvisionInterview.DefaultState);
        }
        catch (Exception e) when (e is CliException or UnauthorizedAccessException or IOException)
        {
            return false;
        }

        return journal.IsOpen && await interview.ConfirmAsync($"A provisioning of '{journal.Content.Answers.Terminal}' was begun here and not ended. Go on with it?", cancellationToken);
    }

    private static ExitCode Nothing(string state, Output output)
    {
        output.Say($"Nothing is open in {state}.");
        output.Json(new ProvisionResult("provisioned", null, state, null, null, null, false, null, []), CliJson.Default.ProvisionResult);
        return ExitCodes.Ok;
    }

    private ExitCode Status(ProvisionSettings settings, Output output)
    {
        if (string.IsNullOrWhiteSpace(settings.State) && !output.Interactive) throw Missing("--state", several: false);
        string state = Path.GetFullPath(settings.State ?? ProvisionInterview.DefaultState, Host.WorkingDirectory);
        var folder = new StateFolder(state);
        StateKind kind = folder.Kind();
        string word = kind switch { StateKind.Provisioned => "provisioned", StateKind.Half => "half-provisioned", StateKind.Replacing => "replacing", StateKind.Waiting => "waiting", _ => "empty" };
        output.Say($"{state} is {word}: {folder.Describe()}.");
        ProvisionJournal journal = ProvisionJournal.Open(state);
        foreach (JournalStep step in journal.Content.Steps)
            output.Say($"{step.State,-9} {step.Title}: {step.Found}", step.State == "done" ? Color.Green : Color.Yellow);
        output.Json(new ProvisionResult(word, journal.Content.Answers.Terminal, state, File.Exists(folder.ConfigPath) ? folder.ConfigPath : null, null, null, false, null, journal.Content.Steps), CliJson.Default.ProvisionResult);
        return kind switch
        {
            StateKind.Provisioned or StateKind.Replacing => ExitCodes.Ok, StateKind.Half => ExitCodes.HalfProvisioned, StateKind.Waiting => ExitCodes.CertificateOpen, _ => ExitCodes.NotProvisioned,
        };
    }

    private static CliException Missing(string flags, bool several) =>
        new(ExitCodes.AnswerMissing, $"{flags} {(several ? "are" : "is")} missing, and there is no terminal to ask on.", "Give the named flags.");

    private static CliException Already(string state) =>
        new(ExitCodes.AlreadyProvisioned, $"{state} already holds a provisioned terminal; nothing was changed.");
}
