using System.Globalization;
using Devices.Cli.App;
using Devices.Standins.Terminal;
using Microsoft.AspNetCore.Builder;
using Spectre.Console;

namespace Devices.Cli.Sim;

/// <summary><c>devices sim</c>: the terminal's screen, light and sounds on a page, with keys, card and presence to click; the firmware's own code runs.</summary>
public sealed class SimCommand(IAnsiConsole console, CliHost host) : CliCommand<SimSettings>(console, host)
{
    protected override async Task<ExitCode> RunAsync(SimSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string? own = settings.State is null ? Directory.CreateTempSubdirectory("devices-sim-").FullName : null;
        try
        {
            StandinOptions options = Options(settings, own ?? Path.GetFullPath(settings.State!, Host.WorkingDirectory));
            HostSystem system = new(settings.Verbose ? Console.Error : TextWriter.Null, TimeProvider.System);
            TerminalMachine machine = new(options, system, settings.Broker is null ? new PlayedBoard(options.Terminal, TimeProvider.System) : null);
            await using WebApplication page = ControlApi.Build(machine, options);
            try
            {
                await page.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw new CliException(ExitCodes.PortTaken, $"The page cannot be served on port {settings.Port}: {e.Message}", inner: e);
            }

            string address = page.Urls.First() + "/", board = settings.Broker ?? "played";
            output.Say($"The terminal is at {address} — stop it with Ctrl-C.");
            if (settings.Broker is null) output.Say($"The board is played: cards {string.Join(", ", PlayedBoard.Cards.Keys)} are known, and number {PlayedBoard.Number} with PIN {PlayedBoard.Pin}.");
            output.Json(new SimReport(address, options.Terminal, board), CliJson.Default.SimReport);
            await Task.Factory.StartNew(() => machine.Run(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            await page.StopAsync(CancellationToken.None).ConfigureAwait(false);

            // Being stopped is how it ends.
            return ExitCodes.Ok;
        }
        finally
        {
            if (own is not null) Directory.Delete(own, recursive: true);
        }
    }

    private StandinOptions Options(SimSettings settings, string state)
    {
        if (settings.Language is not ("zh" or "en")) throw new CliException(ExitCodes.Usage, $"--language {settings.Language} has to be zh or en.");
        if (settings.Port is < 0 or > 65535) throw new CliException(ExitCodes.Usage, $"--port {settings.Port} has to be 0 to 65535.");
        StandinOptions options = new() { Terminal = settings.Terminal, State = state, ControlPort = settings.Port, Chinese = settings.Language == "zh", DoorOnAccept = true };
        if (!Devices.Link.LinkRules.IsId(settings.Terminal, Devices.Link.LinkLimits.MaxTerminal))
            throw new CliException(ExitCodes.Usage, $"--terminal {settings.Terminal} has to be 1 to 32 characters of a-z, 0-9 and '-'.");
        if (settings.Broker is null) return options;
        int colon = settings.Broker.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(settings.Broker.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
            throw new CliException(ExitCodes.Usage, $"--broker {settings.Broker} has to be HOST:PORT, for example 127.0.0.1:1883.");
        if (settings.PasswordFile is null) throw new CliException(ExitCodes.AnswerMissing, "With --broker the MCU's password is needed.", "Give --password-file with mcu.password of the agent's state folder.");
        string file = Path.GetFullPath(settings.PasswordFile, Host.WorkingDirectory);
        if (!File.Exists(file)) throw new CliException(ExitCodes.AnswerMissing, $"There is no password file '{file}'.", "Give --password-file with mcu.password of the agent's state folder.");
        string password = File.ReadAllText(file).Trim();
        return options with { Host = settings.Broker[..colon], Port = port, Password = password };
    }
}
