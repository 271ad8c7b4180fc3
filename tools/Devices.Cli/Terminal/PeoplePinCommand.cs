using System.Net;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Terminal;

/// <summary><c>devices people pin ID</c>: gives a person a PIN for the keypad, or takes it away. It is kept at the terminal as a slow keyed hash.</summary>
public sealed class PeoplePinCommand(IAnsiConsole console, CliHost host) : CliCommand<PeoplePinSettings>(console, host)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly IAnsiConsole _console = console;

    protected override async Task<ExitCode> RunAsync(PeoplePinSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Remove && (settings.Number is not null || settings.PinFile is not null)) throw new CliException(ExitCodes.Usage, "--remove takes the PIN away; leave --number and --pin-file out.");
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        string path = $"/people/{Uri.EscapeDataString(settings.Person)}/pin";
        AgentAnswer answer;
        if (settings.Remove)
        {
            answer = await agent.SendAsync(HttpMethod.Delete, path, null, Limit, cancellationToken);
        }
        else
        {
            var fields = new Dictionary<string, string> { ["pin"] = await PinAsync(settings, cancellationToken) };
            if (settings.Number is { } number) fields["number"] = number;
            using var form = new FormUrlEncodedContent(fields);
            answer = await agent.SendAsync(HttpMethod.Put, path, form, Limit, cancellationToken);
        }

        if (answer.Status == HttpStatusCode.NotFound) throw new CliException(ExitCodes.PersonUnknown, answer.Reason());
        if (!answer.IsSuccess) throw new CliException(ExitCodes.AgentRefused, $"The agent refused: {answer.Reason()}");
        output.Say(settings.Remove ? $"'{settings.Person}' has no PIN any more." : $"'{settings.Person}' has a PIN now: number {settings.Number ?? settings.Person}, then the PIN.", Color.Green);
        output.Json(new PinReport(settings.Person, !settings.Remove), CliJson.Default.PinReport);
        return ExitCodes.Ok;
    }

    private async Task<string> PinAsync(PeoplePinSettings settings, CancellationToken cancellationToken)
    {
        if (settings.PinFile is { } file)
        {
            string full = Path.GetFullPath(file, Host.WorkingDirectory);
            if (!File.Exists(full)) throw new CliException(ExitCodes.Usage, $"There is no file {full}.");
            return (await File.ReadAllLinesAsync(full, cancellationToken)).FirstOrDefault("").Trim();
        }

        if (!Host.Interactive) throw new CliException(ExitCodes.Usage, "Nobody can be asked for the PIN here: give it with --pin-file.");
        string pin = await AskAsync("PIN", cancellationToken), again = await AskAsync("The same again", cancellationToken);
        return pin == again ? pin : throw new CliException(ExitCodes.Usage, "The two PINs differ; nothing was changed.");
    }

    private Task<string> AskAsync(string question, CancellationToken cancellationToken) => _console.PromptAsync(new TextPrompt<string>(question + ":").Secret(), cancellationToken);
}

/// <summary>The <c>--json</c> form.</summary>
public sealed record PinReport(string Id, bool HasPin);
