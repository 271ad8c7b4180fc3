using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Devices.Cli.App;

namespace Devices.Cli.Models;

/// <summary>Fetches a package's tarball with the ordinary npm client, so that its registry, proxy and cache settings hold.</summary>
public sealed partial class NpmClient(string executable, TimeSpan limit)
{
    /// <summary>Runs <c>npm pack --ignore-scripts</c> into <paramref name="directory"/>; nothing of the package is executed.</summary>
    /// <returns>Path of the .tgz.</returns>
    public async Task<string> PackAsync(string package, string version, string directory, CancellationToken cancellationToken)
    {
        if (!PackageName().IsMatch(package) || !PackageVersion().IsMatch(version))
            throw new CliException(ExitCodes.ManifestRefused, $"'{package}@{version}' is not the name and exact version of an npm package.");
        var start = new ProcessStartInfo(executable)
        {
            WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (string argument in (string[])["pack", $"{package}@{version}", "--ignore-scripts", "--pack-destination", directory, "--no-audit", "--no-fund", "--loglevel=error"])
            start.ArgumentList.Add(argument);

        using Process process = Start(start);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task<string> said = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new CliException(ExitCodes.DownloadFailed, $"npm did not finish fetching {package}@{version} within {limit.TotalMinutes:0} minutes and was stopped.");
        }

        await said;
        if (process.ExitCode != 0) throw Explain($"{package}@{version}", process.ExitCode, await error);
        return Directory.EnumerateFiles(directory, "*.tgz").FirstOrDefault()
            ?? throw new CliException(ExitCodes.DownloadFailed, $"npm ended well but left no tarball of {package}@{version}.");
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CliException(ExitCodes.NpmMissing, $"This pack comes from an npm package, and the npm client ('{executable}') cannot be started.", inner: e);
        }
    }

    private static CliException Explain(string package, int exit, string error)
    {
        string Line(params string[] marks) => error.Split('\n').FirstOrDefault(l => marks.Any(m => l.Contains(m, StringComparison.Ordinal)))?.Trim() ?? "";
        if (Line("E404", "ETARGET", "No matching version") is { Length: > 0 })
            return new CliException(ExitCodes.SourceMissing, $"The npm registry has no package {package}.", "Check the name and version in the manifest, and npm's registry setting (`npm config get registry`).");
        if (Line("ENOSPC") is { Length: > 0 })
            return new CliException(ExitCodes.DiskFull, $"npm ran out of disk space while fetching {package}.");
        if (Line("EACCES", "EPERM") is { Length: > 0 } rights)
            return new CliException(ExitCodes.NoPermission, $"npm may not write while fetching {package}: {rights}", "Check the owner of npm's cache (`npm config get cache`).");
        if (Line("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "network") is { Length: > 0 } network)
            return new CliException(ExitCodes.DownloadFailed, $"npm cannot reach its registry for {package}: {network}");
        string first = error.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) ?? "it said nothing";
        return new CliException(ExitCodes.DownloadFailed, $"npm ended with code {exit} while fetching {package}: {first}");
    }

    [GeneratedRegex(@"\A(@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*\z")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"\A[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex PackageVersion();
}
