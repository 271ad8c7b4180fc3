using System.ComponentModel;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Models;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.Completion;

/// <summary>Flags of <c>devices complete</c>.</summary>
public sealed class CompleteSettings : GlobalSettings
{
    [CommandArgument(0, "<WHAT>")]
    [Description("ports, packs or shells.")]
    public string What { get; init; } = "";
}

/// <summary><c>devices complete ports|packs|shells</c>, hidden: what a shell offers at this moment, one a line, with a description after a tab. Never a fault: nobody reads one while typing.</summary>
public sealed class CompleteCommand(IAnsiConsole console, CliHost host) : CliCommand<CompleteSettings>(console, host)
{
    /// <summary>Its word.</summary>
    public const string Word = "complete";

    protected override bool NeedsOpenSsl => false;

    protected override Task<ExitCode> RunAsync(CompleteSettings settings, Output output, CancellationToken cancellationToken)
    {
        List<string> found = [.. settings.What switch { "ports" => Ports(), "packs" => Packs(), "shells" => CompletionScripts.Shells, _ => [] }];
        output.Json(found, CliJson.Default.ListString);
        foreach (string one in found) output.Say(one);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static IEnumerable<string> Ports() => SerialPorts.List().Select(port => port.Product is { } product ? $"{port.Path}\t{product}" : port.Path);

    private string[] Packs()
    {
        try
        {
            return [.. new PackCatalogue(ModelFolders.Of(new ModelsSettings(), Host), Host).All().Select(pack => Path.GetFileName(pack.Directory))];
        }
        catch (Exception e) when (e is CliException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
