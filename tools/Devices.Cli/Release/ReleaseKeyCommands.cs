using System.Globalization;
using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Contract.Updates;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary><c>devices release add-key DIR --role ROLE</c>: drafts the next root with one key more.</summary>
public sealed class ReleaseAddKeyCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleaseAddKeySettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleaseAddKeySettings settings, Output output, CancellationToken cancellationToken)
    {
        if (!UpdateRoles.All.Contains(settings.Role)) throw new CliException(ExitCodes.Usage, "--role is root, targets, snapshot or timestamp.");
        if ((settings.Public is null) == (settings.New is null)) throw new CliException(ExitCodes.Usage, "Give either --public or --new.");
        ReleaseFolder folder = ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host));
        (long version, Dictionary<string, RoleKeys> roles) = folder.NextRoot();
        UpdateKey key;
        if (settings.Public is { } file)
        {
            key = ReleaseKeys.Public(ReleaseWords.Folder(file, Host));
        }
        else
        {
            using ECDsa made = ReleaseKeys.Create(ReleaseWords.Folder(settings.New!, Host), ReleaseKeys.Password(settings, Host, output, fresh: true));
            key = UpdateKey.FromPem(made.ExportSubjectPublicKeyInfoPem());
        }

        // A key that lies on the bridge must not sign anything but that something is new.
        if (roles.Any(one => one.Value.Keys.Any(k => k.Id == key.Id) && (one.Key == UpdateRoles.Timestamp) != (settings.Role == UpdateRoles.Timestamp)))
            throw new CliException(ExitCodes.ReleaseRootRefused, "This key has a role already that must not be mixed with timestamp: the timestamp's key lies on the bridge, the others offline.");
        if (roles[settings.Role].Keys.Any(one => one.Id == key.Id)) throw new CliException(ExitCodes.ReleaseRootRefused, $"This key is one of {settings.Role} already.");
        roles[settings.Role] = roles[settings.Role] with { Keys = [.. roles[settings.Role].Keys, key] };
        folder.KeepRoot(version, Host.Clock.GetUtcNow().AddDays(365), roles);
        output.Say($"Key {key.Id[..12]} for {settings.Role} is in the draft of root version {version.ToString(CultureInfo.InvariantCulture)}; sign it with the root's keys.", Color.Green);
        ReleaseWords.Show(folder.Report(), output);
        return Task.FromResult(ExitCodes.Ok);
    }
}

/// <summary><c>devices release rotate-root DIR</c>: drafts the next root with keys removed, other thresholds or a new expiry.</summary>
public sealed class ReleaseRotateCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleaseRotateSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleaseRotateSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Days is < 1 or > 3650) throw new CliException(ExitCodes.Usage, "--days is from 1 to 3650.");
        ReleaseFolder folder = ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host));
        (long version, Dictionary<string, RoleKeys> roles) = folder.NextRoot();
        foreach ((string role, string id) in settings.Remove.Select(Split))
        {
            UpdateKey[] found = [.. roles[role].Keys.Where(key => id.Length >= 6 && key.Id.StartsWith(id, StringComparison.Ordinal))];
            if (found.Length != 1) throw new CliException(ExitCodes.ReleaseRootRefused, $"{role} has {found.Length} keys that begin with '{id}'; give 6 digits or more of exactly one.");
            roles[role] = roles[role] with { Keys = [.. roles[role].Keys.Except(found)] };
        }

        foreach ((string role, string count) in settings.Threshold.Select(Split))
            roles[role] = roles[role] with { Threshold = int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : throw new CliException(ExitCodes.Usage, $"--threshold {role}={count}: give a number.") };
        folder.KeepRoot(version, Host.Clock.GetUtcNow().AddDays(settings.Days), roles);
        output.Say($"Root version {version.ToString(CultureInfo.InvariantCulture)} is drafted; sign it with the keys of the root before it and with its own.", Color.Green);
        ReleaseWords.Show(folder.Report(), output);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static (string Role, string Value) Split(string given)
    {
        string[] parts = given.Split('=', 2);
        return parts.Length == 2 && UpdateRoles.All.Contains(parts[0]) ? (parts[0], parts[1]) : throw new CliException(ExitCodes.Usage, $"'{given}' is not ROLE=VALUE with a role of root, targets, snapshot, timestamp.");
    }
}

/// <summary><c>devices release sign DIR --key FILE</c>: adds a signature to every draft for which the key counts.</summary>
public sealed class ReleaseSignCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleaseSignSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleaseSignSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Keys.Length == 0) throw new CliException(ExitCodes.AnswerMissing, "Which key signs? Give --key.");
        ReleaseFolder folder = ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host));
        string password = ReleaseKeys.Password(settings, Host, output, fresh: false);
        ReleaseSigning.Run(folder, settings.Keys, password, Host, output, demand: true);
        folder.Settle();
        return Task.FromResult(ReleaseWords.End(folder, output));
    }
}

/// <summary><c>devices release show DIR</c>.</summary>
public sealed class ReleaseShowCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleaseSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleaseSettings settings, Output output, CancellationToken cancellationToken)
    {
        ReleaseWords.Show(ReleaseFolder.Open(ReleaseWords.Folder(settings.Folder, Host)).Report(), output);
        return Task.FromResult(ExitCodes.Ok);
    }
}

internal static class ReleaseSigning
{
    /// <summary>Signs with each key in turn.</summary>
    /// <param name="demand">Whether a key that counts for no draft is a fault.</param>
    public static void Run(ReleaseFolder folder, IEnumerable<string> keys, string password, CliHost host, Output output, bool demand)
    {
        List<(string File, ECDsa Key)> open = [];
        try
        {
            foreach (string file in keys) open.Add((file, ReleaseKeys.Open(ReleaseWords.Folder(file, host), password)));
            Dictionary<string, HashSet<string>> signed = open.ToDictionary(one => one.File, one => folder.Sign(one.Key).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
            folder.DraftSnapshot();
            foreach ((string file, ECDsa key) in open) signed[file].UnionWith(folder.Sign(key));
            foreach ((string file, HashSet<string> roles) in signed)
            {
                if (roles.Count > 0) output.Say($"{Path.GetFileName(file)} has signed: {string.Join(", ", roles)}.");
                else if (demand && folder.Draft(UpdateRoles.Snapshot) is not null) throw new CliException(ExitCodes.ReleaseKeyUseless, $"The key in {file} counts for nothing that waits for signatures.");
                else if (demand && open.Count == 1) throw new CliException(ExitCodes.ReleaseKeyUseless, $"The key in {file} counts for nothing that waits for signatures.");
            }
        }
        finally
        {
            open.ForEach(one => one.Key.Dispose());
        }
    }
}
