using System.Globalization;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Release;

/// <summary>How a repository is told to a person, and the end of every command.</summary>
internal static class ReleaseWords
{
    public static void Show(ReleaseReport report, Output output)
    {
        output.Json(report, CliJson.Default.ReleaseReport);
        Table roles = new Table().AddColumns("role", "signatures wanted", "keys");
        foreach (ReleaseRole role in report.Roles) roles.AddRow(role.Role, role.Threshold.ToString(CultureInfo.InvariantCulture), role.Keys.Count == 0 ? "none: add the bridge's (`devices release add-key`)" : string.Join(", ", role.Keys.Select(id => id[..12])));
        output.Show(roles);
        foreach (ReleaseDocument one in report.Documents) output.Say(string.Create(CultureInfo.InvariantCulture, $"{one.Role} version {one.Version}, good until {one.Expires:yyyy-MM-dd}, {one.Signatures} of {one.Needed} signatures."));
        foreach (ReleaseDocument one in report.Waiting) output.Say(string.Create(CultureInfo.InvariantCulture, $"Draft: {one.Role} version {one.Version} has {one.Signatures} of {one.Needed} signatures."), Color.Yellow);
        if (report.Packages.Count == 0) return;
        Table packages = new Table().AddColumns("package", "version", "for", "counter", "MiB", "");
        foreach (ReleasePackageRow one in report.Packages)
            packages.AddRow($"{one.Kind} {one.Name}".EscapeMarkup(), one.Version.EscapeMarkup(), one.Runtime, one.Counter.ToString(CultureInfo.InvariantCulture), (one.Bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture), one.Published ? "published" : "not published yet");
        output.Show(packages);
    }

    /// <summary>Ends a command that signs: incomplete where a draft lacks signatures that somebody else must give.</summary>
    public static ExitCode End(ReleaseFolder folder, Output output)
    {
        ReleaseReport report = folder.Report();
        ReleaseDocument? lacking = report.Waiting.FirstOrDefault(one => one.Signatures < one.Needed);
        if (lacking is not null && output.IsJson)
        {
            Show(report, output);
            return ExitCodes.ReleaseIncomplete;
        }

        Show(report, output);
        return lacking is null ? ExitCodes.Ok
            : throw new CliException(ExitCodes.ReleaseIncomplete, string.Create(CultureInfo.InvariantCulture, $"The {lacking.Role} draft version {lacking.Version} has {lacking.Signatures} of {lacking.Needed} signatures; what was signed is kept."));
    }

    public static string Folder(string given, CliHost host) => Path.GetFullPath(given, host.WorkingDirectory);
}
