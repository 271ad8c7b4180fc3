using Devices.Cli.App;
using Devices.Contract.Updates;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary>
/// <c>devices release publish DIR --key …</c>: signs the packages and the snapshot that names them. Without a new package it makes both anew, good for longer.
/// </summary>
public sealed class ReleasePublishCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleasePublishSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleasePublishSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Keys.Length == 0) throw new CliException(ExitCodes.AnswerMissing, "Which keys sign? Give --key for those of targets and snapshot.");
        if (settings.Days is < 1 or > 3650) throw new CliException(ExitCodes.Usage, "--days is from 1 to 3650.");
        ReleaseFolder folder = ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host));
        _ = folder.Judge;
        DateTimeOffset expires = Host.Clock.GetUtcNow().AddDays(settings.Days);
        List<UpdateTarget> targets = [.. folder.DraftTargets()];
        foreach (string gone in settings.Withdraw)
            if (targets.RemoveAll(one => $"{one.Kind}/{one.Name}/{one.Version}" == gone) == 0) throw new CliException(ExitCodes.ReleasePackageRefused, $"There is no package {gone} to be withdrawn.");
        if (targets.Count == 0 && folder.Targets is null) throw new CliException(ExitCodes.ReleasePackageRefused, "There is no package to publish.", "Make one first: `devices release package`.");
        foreach (UpdateTarget one in targets)
            if (!File.Exists(folder.PackageFile(one))) throw new CliException(ExitCodes.ReleaseDamaged, $"The file of {one} is missing: {folder.PackageFile(one)}.");

        string password = ReleaseKeys.Password(settings, Host, output, fresh: false);
        // What others have signed already stays as it is.
        bool begun = folder.Draft(UpdateRoles.Targets) is { } draft && SignedMetadata.Read(draft, UpdateRoles.Targets).Signers.Any();
        if (!begun || settings.Withdraw.Length > 0) folder.KeepTargets(targets, expires);
        ReleaseSigning.Run(folder, settings.Keys, password, Host, output, demand: true);
        folder.Settle();
        ExitCode end = ReleaseWords.End(folder, output);
        output.Say($"Published. Copy {folder.Location} to the bridge, then there: Devices.Bridge release import {Path.GetFileName(folder.Location)} --data DIR", Color.Green);
        return Task.FromResult(end);
    }
}
