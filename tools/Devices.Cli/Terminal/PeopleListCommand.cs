using System.Text.Json;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Terminal;

/// <summary><c>devices people</c>.</summary>
public sealed class PeopleListCommand(IAnsiConsole console, CliHost host) : CliCommand<AgentSettings>(console, host)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    protected override async Task<ExitCode> RunAsync(AgentSettings settings, Output output, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        JsonElement body = (await agent.SendAsync(HttpMethod.Get, "/people", null, Limit, cancellationToken)).Demand();
        JsonElement list = body.ValueKind == JsonValueKind.Array ? body : body.Get("people") is { ValueKind: JsonValueKind.Array } inner ? inner
            : throw new CliException(ExitCodes.AgentRefused, "The agent's list of people is not a list.");
        var people = list.EnumerateArray().Select(EnrolledPerson.Of).ToList();
        JsonElement? status = (await agent.SendAsync(HttpMethod.Get, "/status", null, Limit, cancellationToken)).Body;
        string? pack = status?.Text("template_pack") ?? status?.Text("pack");
        var table = new Table().AddColumns("Person", "Name", "Cards", "Views by model pack", "Face");
        foreach (EnrolledPerson person in people)
            table.AddRow(Markup.Escape(person.Id), Markup.Escape(person.Name ?? ""), Markup.Escape(string.Join(", ", person.Cards)), Markup.Escape(string.Join(", ", person.Templates.Select(t => $"{t.Value} ({t.Key})"))), person.FaceState(pack));
        if (people.Count == 0) output.Say("Nobody is enrolled at this terminal.");
        else output.Show(table);
        if (people.Count(p => p.FaceState(pack) == EnrolledPerson.EnrolAgain) is > 0 and var again)
            output.Say($"{again} {(again == 1 ? "person has" : "people have")} face templates of another model pack than {pack} only: their faces are not recognised, cards and PINs are. Enrol them again; the old templates are kept until then, so going back to the old pack needs nothing.", Color.Yellow);
        output.Json(people, CliJson.Default.ListEnrolledPerson);
        return ExitCodes.Ok;
    }
}
