using Spectre.Console;

namespace Devices.Cli.App;

/// <summary><c>devices exit-codes</c>.</summary>
public sealed class ExitCodesCommand(IAnsiConsole console, CliHost host) : CliCommand<GlobalSettings>(console, host)
{
    protected override bool NeedsOpenSsl => false;

    protected override Task<ExitCode> RunAsync(GlobalSettings settings, Output output, CancellationToken cancellationToken)
    {
        var table = new Table().AddColumns("Code", "Name", "Meaning", "What to do");
        foreach (ExitCode code in ExitCodes.All)
            table.AddRow($"{code.Number}", Markup.Escape(code.Name), Markup.Escape(code.Sentence), Markup.Escape(code.Remedy));
        output.Show(table);
        output.Json(ExitCodes.All, CliJson.Default.IReadOnlyListExitCode);
        return Task.FromResult(ExitCodes.Ok);
    }
}
