using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.Completion;

/// <summary>Flags of <c>devices completion</c>.</summary>
public sealed class CompletionSettings : GlobalSettings
{
    [CommandArgument(0, "<SHELL>")]
    [Description("bash, zsh, fish or powershell (pwsh).")]
    public string Shell { get; init; } = "";
}

/// <summary><c>devices completion SHELL</c>: prints the script.</summary>
public sealed class CompletionCommand(IAnsiConsole console, CliHost host) : CliCommand<CompletionSettings>(console, host)
{
    protected override bool NeedsOpenSsl => false;

    protected override async Task<ExitCode> RunAsync(CompletionSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (!CompletionScripts.Shells.Contains(settings.Shell)) throw new CliException(ExitCodes.Usage, $"There is no completion for '{settings.Shell}': give {string.Join(", ", CompletionScripts.Shells)}.");
        string script = CompletionScripts.Make(settings.Shell, await CommandTree.ReadAsync(Host, cancellationToken));
        output.Json(new CompletionScript(settings.Shell, script), CliJson.Default.CompletionScript);
        if (!output.IsJson) output.Console.Profile.Out.Writer.Write(script);
        return ExitCodes.Ok;
    }
}

/// <summary>The <c>--json</c> form of a script.</summary>
public sealed record CompletionScript(string Shell, string Script);
