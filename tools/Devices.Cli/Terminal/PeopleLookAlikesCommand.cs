using System.Globalization;
using System.Text.Json;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Terminal;

/// <summary><c>devices people lookalikes</c>: every pair of enrolled people whose faces are hard to tell apart.</summary>
public sealed class PeopleLookAlikesCommand(IAnsiConsole console, CliHost host) : CliCommand<AgentSettings>(console, host)
{
    // 50,000 templates are 1.25 thousand million comparisons.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    protected override async Task<ExitCode> RunAsync(AgentSettings settings, Output output, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        JsonElement body = (await agent.SendAsync(HttpMethod.Get, "/people/lookalikes", null, Limit, cancellationToken)).Demand();
        LookAlikeReport report = LookAlikeReport.Read(body);
        output.Json(report, CliJson.Default.LookAlikeReport);
        string compared = string.Create(CultureInfo.InvariantCulture, $"{report.People} people with {report.Templates} views were compared, each with each");
        if (report.Pairs.Count == 0)
        {
            output.Say(string.Create(CultureInfo.InvariantCulture, $"{compared}: no two come within {report.Margin:F2} of the threshold {report.Threshold:F2}."), Color.Green);
            return ExitCodes.Ok;
        }

        var table = new Table().AddColumns("Person", "Looks like", "Similarity", "What it means");
        foreach (LookAlike pair in report.Pairs)
            table.AddRow(Markup.Escape($"{pair.FirstName} ({pair.FirstId})"), Markup.Escape($"{pair.SecondName} ({pair.SecondId})"), pair.Score.ToString("F2", CultureInfo.InvariantCulture),
                pair.Confusable ? "over the threshold: asked for card or PIN" : "near: may be asked for card or PIN");
        output.Show(table);
        output.Say(string.Create(CultureInfo.InvariantCulture, $"{compared}; the threshold in force is {report.Threshold:F2}, the margin {report.Margin:F2}. Nobody is mistaken for the other: where two are too close, the terminal asks."));
        return ExitCodes.Ok;
    }
}
