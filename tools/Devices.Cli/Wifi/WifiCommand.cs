using System.Text;
using Devices.Cli.App;
using Devices.Cli.Flash;
using Devices.Cli.Flash.Serial;
using Spectre.Console;

namespace Devices.Cli.Wifi;

/// <summary>What the Improv commands share: the port, and faults of the line as sentences.</summary>
public abstract class WifiCommand<TSettings>(IAnsiConsole console, CliHost host) : CliCommand<TSettings>(console, host) where TSettings : WifiSettings
{
    private protected abstract ExitCode Talk(TSettings settings, string port, ImprovClient board, Output output, CancellationToken cancellationToken);

    protected override async Task<ExitCode> RunAsync(TSettings settings, Output output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(output);
        Check(settings);
        string port = BoardChoice.Ports(new BoardSettings { Ports = settings.Port is { } given ? [given] : [], Baud = settings.Baud }, output).Single();
        try
        {
            // Reading a serial line blocks.
            return await Task.Run(() =>
            {
                using ISerialLine line = SerialPorts.Open(port, settings.Baud);
                return Talk(settings, port, new ImprovClient(line, Host), output, cancellationToken);
            }, CancellationToken.None);
        }
        catch (SerialLineException fault)
        {
            throw FlashFaults.Explain(fault);
        }
    }

    private protected virtual void Check(TSettings settings)
    {
    }
}

/// <summary><c>devices wifi state</c>: what the board is and whether it has joined a network.</summary>
public sealed class WifiStateCommand(IAnsiConsole console, CliHost host) : WifiCommand<WifiSettings>(console, host)
{
    private protected override ExitCode Talk(WifiSettings settings, string port, ImprovClient board, Output output, CancellationToken cancellationToken)
    {
        bool provisioned = board.IsProvisioned(cancellationToken);
        ImprovDevice device = board.Device(cancellationToken);
        output.Say($"{device.Name}: {device.Firmware} {device.Version} on {device.Chip}, {(provisioned ? "has joined a network" : "has joined no network yet")}.");
        output.Json(new WifiReport(true, port, provisioned, device, null), CliJson.Default.WifiReport);
        return ExitCodes.Ok;
    }
}

/// <summary><c>devices wifi scan</c>: which networks the board hears where it hangs.</summary>
public sealed class WifiScanCommand(IAnsiConsole console, CliHost host) : WifiCommand<WifiSettings>(console, host)
{
    private protected override ExitCode Talk(WifiSettings settings, string port, ImprovClient board, Output output, CancellationToken cancellationToken)
    {
        board.IsProvisioned(cancellationToken);
        List<WifiNetworkSeen> networks = board.Networks(cancellationToken);
        foreach (WifiNetworkSeen one in networks) output.Say($"{one.Rssi,4} dBm  {(one.Secured ? "secured" : "open   ")}  {one.Ssid}");
        if (networks.Count == 0) output.Say("The board hears no network: is there one on 2.4 GHz, and is its aerial connected?");
        output.Json(new WifiScanReport(true, port, networks), CliJson.Default.WifiScanReport);
        return ExitCodes.Ok;
    }
}

/// <summary><c>devices wifi join</c>: gives the board its network over USB.</summary>
public sealed class WifiJoinCommand(IAnsiConsole console, CliHost host) : WifiCommand<WifiJoinSettings>(console, host)
{
    private const int LongestSsid = 32, LongestPassword = 64;

    private protected override void Check(WifiJoinSettings settings)
    {
        if (settings.Ssid is { } ssid) Fits("--ssid", ssid, LongestSsid);
        if (settings.Ssid is { Length: 0 }) throw new CliException(ExitCodes.Usage, "--ssid is empty.");
        if (settings.PasswordFile is { } file && !File.Exists(Path.GetFullPath(file, Host.WorkingDirectory))) throw new CliException(ExitCodes.Usage, $"There is no password file '{file}'.");
    }

    private protected override ExitCode Talk(WifiJoinSettings settings, string port, ImprovClient board, Output output, CancellationToken cancellationToken)
    {
        bool provisioned = board.IsProvisioned(cancellationToken);
        if (provisioned && !settings.Replace) throw new CliException(ExitCodes.WifiAlready, "The board has joined a network already.");
        ImprovDevice device = board.Device(cancellationToken);
        string ssid = settings.Ssid ?? Choose(board, output, cancellationToken);
        string password = Password(settings, ssid, output);
        Fits("The password", password, LongestPassword);
        output.Say($"{device.Name} joins '{ssid}' …");
        board.Join(ssid, password, cancellationToken);
        output.Say($"{device.Name} has joined '{ssid}' and keeps it.");
        output.Json(new WifiReport(true, port, true, device, ssid), CliJson.Default.WifiReport);
        return ExitCodes.Ok;
    }

    private static string Choose(ImprovClient board, Output output, CancellationToken cancellationToken)
    {
        if (!output.Interactive) throw new CliException(ExitCodes.AnswerMissing, "Which network was not named.", "Give --ssid.");
        List<WifiNetworkSeen> networks = board.Networks(cancellationToken);
        if (networks.Count == 0) throw new CliException(ExitCodes.WifiNotJoined, "The board hears no network.", "Is there one on 2.4 GHz, and is the board's aerial connected?");
        return output.Console.Prompt(new SelectionPrompt<WifiNetworkSeen>().Title("Which network?").UseConverter(one => Markup.Escape($"{one.Ssid}  {one.Rssi} dBm")).AddChoices(networks)).Ssid;
    }

    private string Password(WifiJoinSettings settings, string ssid, Output output)
    {
        if (settings.PasswordFile is { } file) return File.ReadLines(Path.GetFullPath(file, Host.WorkingDirectory), Encoding.UTF8).FirstOrDefault() ?? "";
        if (!output.Interactive) throw new CliException(ExitCodes.AnswerMissing, $"The password of '{ssid}' is missing.", "Give --password-file.");
        return output.Console.Prompt(new TextPrompt<string>($"Password of '{Markup.Escape(ssid)}' (empty for an open network):").Secret().AllowEmpty());
    }

    private static void Fits(string what, string text, int most)
    {
        if (Encoding.UTF8.GetByteCount(text) > most) throw new CliException(ExitCodes.Usage, $"{what} has {Encoding.UTF8.GetByteCount(text)} bytes; a network takes {most}.");
        if (text.Any(char.IsControl)) throw new CliException(ExitCodes.Usage, $"{what} has characters that no network takes.");
    }
}
