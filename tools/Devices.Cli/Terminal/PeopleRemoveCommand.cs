using System.Net;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Terminal;

/// <summary><c>devices people remove ID</c>: erases the person's templates and card from this terminal; punches stay.</summary>
public sealed class PeopleRemoveCommand(IAnsiConsole console, CliHost host) : CliCommand<PeopleRemoveSettings>(console, host)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    protected override async Task<ExitCode> RunAsync(PeopleRemoveSettings settings, Output output, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        AgentAnswer answer = await agent.SendAsync(HttpMethod.Delete, $"/people/{Uri.EscapeDataString(settings.Person)}", null, Limit, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
            throw new CliException(ExitCodes.PersonUnknown, $"Nobody with the id '{settings.Person}' is enrolled at this terminal.");
        if (!answer.IsSuccess) throw new CliException(ExitCodes.AgentRefused, $"The agent refused: {answer.Reason()}");
        output.Say($"'{settings.Person}' is erased from this terminal; punches already made stay.", Color.Green);
        output.Json(new RemovedPerson(settings.Person, true), CliJson.Default.RemovedPerson);
        return ExitCodes.Ok;
    }
}
