using System.Security.Cryptography;
using Devices.Cli.App;
using Devices.Contract.Updates;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary><c>devices release init DIR --keys KEYDIR</c>: new keys, and the first root, signed.</summary>
public sealed class ReleaseInitCommand(IAnsiConsole console, CliHost host) : CliCommand<ReleaseInitSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(ReleaseInitSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Keys.Length == 0) throw new CliException(ExitCodes.AnswerMissing, "Where do the key files go? Give --keys.");
        if (settings.RootThreshold < 1 || settings.RootKeys < settings.RootThreshold || settings.RootKeys > 16 || settings.Days is < 1 or > 3650)
            throw new CliException(ExitCodes.Usage, "--root-keys is from --root-threshold to 16, --root-threshold from 1, --days from 1 to 3650.");
        UpdateKey[] timestamp = settings.Timestamp is { Length: > 0 } file ? [ReleaseKeys.Public(ReleaseWords.Folder(file, Host))] : [];
        string password = ReleaseKeys.Password(settings, Host, output, fresh: true), keys = ReleaseWords.Folder(settings.Keys, Host), path = ReleaseWords.Folder(settings.Folder, Host);
        if (keys == path || keys.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new CliException(ExitCodes.Usage, "The keys must not lie in the repository, which is copied to bridges.");
        string[] names = [.. Enumerable.Range(1, settings.RootKeys).Select(i => $"root-{i}.pem"), "targets.pem", "snapshot.pem"];
        if (names.Select(one => Path.Combine(keys, one)).FirstOrDefault(File.Exists) is { } there) throw new CliException(ExitCodes.ReleaseExists, $"{there} is there already; a key is never overwritten.");
        ReleaseFolder folder = ReleaseFolder.Create(path);
        List<ECDsa> made = [.. names.Select(one => ReleaseKeys.Create(Path.Combine(keys, one), password))];
        UpdateKey[] shown = [.. made.Select(one => UpdateKey.FromPem(one.ExportSubjectPublicKeyInfoPem()))];
        folder.KeepRoot(1, Host.Clock.GetUtcNow().AddDays(settings.Days), new(StringComparer.Ordinal)
        {
            [UpdateRoles.Root] = new(shown[..settings.RootKeys], settings.RootThreshold),
            [UpdateRoles.Targets] = new([shown[^2]], 1), [UpdateRoles.Snapshot] = new([shown[^1]], 1), [UpdateRoles.Timestamp] = new(timestamp, 1),
        });
        foreach (ECDsa key in made.Take(settings.RootKeys)) folder.Sign(key);
        folder.Settle();
        made.ForEach(key => key.Dispose());
        output.Say($"Keys are in {keys}: keep them offline. {Path.Combine(path, "metadata", "1.root.json")} is what a terminal gets at its set-up, as update-root.json beside the agent.", Color.Green);
        ReleaseWords.Show(folder.Report(), output);
        return Task.FromResult(ExitCodes.Ok);
    }
}
