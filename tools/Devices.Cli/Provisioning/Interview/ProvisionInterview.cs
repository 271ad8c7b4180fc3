using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Models;
using Devices.Cli.Wifi;
using Devices.Contract.Punches;
using Devices.Edge.Vision.Packs;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Interview;

/// <summary>
/// The questions of <c>devices provision</c> at a terminal. What was given by flags is not asked; every answer is checked at once, by looking where it can be
/// looked; and before anything is done there is a summary.
/// </summary>
internal sealed class ProvisionInterview(Output output, CliHost host)
{
    private const string Yes = "yes", No = "no", None = "none";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where the agent's state usually lies: the folder of the systemd unit where it is there.</summary>
    public static string DefaultState => Directory.Exists("/var/lib/devices-agent") ? "/var/lib/devices-agent" : "/var/lib/devices/agent";

    public async Task<ProvisionAnswers> AskAsync(ProvisionAnswers given, CancellationToken cancellationToken)
    {
        output.Say("Enter takes the answer in parentheses. Ctrl-C stops; the same command goes on where it stopped.");
        string bridge = given.Bridge ?? await BridgeAsync(cancellationToken);
        string claim = given.Claim ?? await TextAsync("Claim (CODE@ROOTSHA256HEX):", null, text => FaultOf(() => Claim.Parse(text)), cancellationToken);
        string terminal = given.Terminal ?? await TextAsync("Name of this terminal:", null, text => PunchRules.IsTerminalName(text) ? null : "1 to 32 of a-z, 0-9 and '-', not beginning with '-'.", cancellationToken);
        string state = given.State ?? await TextAsync("State folder of the agent:", DefaultState, null, cancellationToken);
        string site = given.Site ?? await TextAsync("Site (empty for the main one):", "", null, cancellationToken);
        string place = given.Place ?? await TextAsync("Where there (for the label, as \"Main entrance\"):", "", null, cancellationToken);
        string zone = given.TimeZone ?? await TextAsync("Time zone:", Local(), Zones.Fault, cancellationToken);
        string camera = given.Camera ?? await CameraAsync(cancellationToken);
        string? pack = given.ModelPack ?? (camera == None ? null : await PackAsync(cancellationToken));
        ProvisionAnswers answers = given with { Bridge = bridge, Claim = claim, Terminal = terminal, State = state, Site = site, Place = place, TimeZone = zone, Camera = camera, ModelPack = pack };
        answers = await McuAsync(answers, cancellationToken);
        string language = given.Language ?? await TextAsync("Language of the terminal's screen (en, zh-CN):", zone == "Asia/Shanghai" ? "zh-CN" : "en", text => text is "en" or "zh-CN" ? null : "en or zh-CN.", cancellationToken);
        string contact = given.Contact ?? await TextAsync("Whom to call about it (for label and sheet):", "", null, cancellationToken);
        answers = answers with
        {
            Language = language,
            Contact = contact,
            Start = true,
            SelfTest = true,
            CameraCheck = given.CameraCheck ?? (camera == None ? "skip" : "ask"),
            HandOver = given.HandOver ?? Path.Combine(Path.GetFullPath(state, host.WorkingDirectory), "hand-over"),
        };
        Summary(answers);
        return await ConfirmAsync("Begin?", cancellationToken) ? answers : throw new CliException(ExitCodes.Interrupted, "Nothing was done.", "Run this again; flags leave out questions (--help).");
    }

    /// <summary>Yes or no.</summary>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellationToken, bool otherwise = true) =>
        await TextAsync($"{question} (yes, no)", otherwise ? Yes : No, text => text is Yes or No ? null : "yes or no.", cancellationToken) == Yes;

    private async Task<string> BridgeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            string typed = await TextAsync("Bridge's enrolment address (https://HOST:5443):", null, text => FaultOf(() => ProvisionPlan.Bridge(text)), cancellationToken);
            try
            {
                var link = new BridgeLink(ProvisionPlan.Bridge(typed), "", Patience);
                using System.Net.Sockets.Socket reached = await link.DialAsync(await link.ResolveAsync(cancellationToken), cancellationToken);
                output.Say("It can be reached from here.", Color.Green);
                return typed;
            }
            catch (CliException fault)
            {
                output.Say(fault.Message, Color.Yellow);
                if (await ConfirmAsync("Take this address all the same?", cancellationToken, otherwise: false)) return typed;
            }
        }
    }

    private async Task<string> CameraAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found = host.Cameras();
        for (int i = 0; i < found.Count; i++) output.Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}  {found[i]}"));
        if (found.Count == 0) output.Say("No camera is connected to this board.", Color.Yellow);
        string typed = await TextAsync("Camera (number, address, or none):", found.Count > 0 ? "1" : None, text => Camera(text, found) is null
            ? "A number of the list, none, or v4l2:/dev/video0, mjpeg:http://HOST/stream, process:COMMAND." : null, cancellationToken);
        return Camera(typed, found)!;
    }

    private static string? Camera(string typed, IReadOnlyList<string> found) =>
        typed == None ? None
        : int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number >= 1 && number <= found.Count ? $"v4l2:{found[number - 1]}" : null
        : typed.StartsWith("/dev/", StringComparison.Ordinal) ? File.Exists(typed) ? "v4l2:" + typed : null
        : typed.StartsWith("v4l2:/", StringComparison.Ordinal) || typed.StartsWith("mjpeg:http", StringComparison.Ordinal) || typed.StartsWith("process:", StringComparison.Ordinal) ? typed : null;

    private async Task<string?> PackAsync(CancellationToken cancellationToken)
    {
        string? newest = InstalledPacks.List(ModelFolders.DefaultCache(host.WorkingDirectory)).Where(pack => pack.Manifest.IsSound).Select(pack => pack.Directory).Order(StringComparer.Ordinal).LastOrDefault();
        if (newest is null) output.Say("No model pack is installed (`devices models install default`): without one this terminal takes cards only.", Color.Yellow);
        string typed = await TextAsync("Model pack (folder, or none):", newest ?? None, text => text == None || Directory.Exists(Path.GetFullPath(text, host.WorkingDirectory)) ? null : "There is no such folder.", cancellationToken);
        return typed == None ? null : typed;
    }

    private async Task<ProvisionAnswers> McuAsync(ProvisionAnswers answers, CancellationToken cancellationToken)
    {
        string? port = answers.Mcu;
        if (port is null)
        {
            List<SerialPortInfo> ports = SerialPorts.List();
            for (int i = 0; i < ports.Count; i++) output.Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}  {ports[i].Path}  {ports[i].Product}  {ports[i].Serial}"));
            if (ports.Count == 0) output.Say("No MCU is connected to this board by USB.", Color.Yellow);
            string typed = await TextAsync("MCU's serial port (number, port, or none):", ports.Count > 0 ? "1" : None, text => Port(text, ports) is null ? "There is no such port." : null, cancellationToken);
            port = Port(typed, ports)!;
        }

        if (port == None) return answers with { Mcu = null, Ssid = null };
        string ssid = answers.Ssid ?? await NetworkAsync(port, cancellationToken);
        string? towards = BoardAddress.Towards(ProvisionPlan.Bridge(answers.Bridge!));
        string address = answers.McuHost ?? await TextAsync("This board's address as the MCU calls it:", towards, text => text.Length is > 0 and <= 64 && !text.Contains(' ', StringComparison.Ordinal) ? null : "An address or a name.", cancellationToken);
        return answers with { Mcu = port, Ssid = ssid.Length == 0 ? null : ssid, McuHost = address };
    }

    // What the MCU itself hears where it hangs; without an answer the name is typed.
    private async Task<string> NetworkAsync(string port, CancellationToken cancellationToken)
    {
        List<WifiNetworkSeen> heard = [];
        try
        {
            heard = await Task.Run(() =>
            {
                using ISerialLine line = SerialPorts.Open(port, 115_200);
                var board = new ImprovClient(line, host);
                return board.IsProvisioned(cancellationToken) ? [] : board.Networks(cancellationToken);
            }, CancellationToken.None);
        }
        catch (Exception fault) when (fault is CliException or SerialLineException)
        {
            output.Say(fault.Message, Color.Yellow);
        }

        for (int i = 0; i < heard.Count; i++) output.Say(string.Create(CultureInfo.InvariantCulture, $"  {i + 1}  {heard[i].Ssid}  {heard[i].Rssi} dBm{(heard[i].Secured ? "" : "  open")}"));
        string typed = await TextAsync("MCU's Wi-Fi (number or name, empty leaves it as it is):", "", text => text.Length == 0 ? null : WifiRules.NameFault(Network(text, heard)), cancellationToken);
        return Network(typed, heard);
    }

    private static string Network(string typed, List<WifiNetworkSeen> heard) =>
        int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= heard.Count ? heard[number - 1].Ssid : typed;

    private static string? Port(string typed, List<SerialPortInfo> ports) =>
        typed == None ? None
        : int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number >= 1 && number <= ports.Count ? ports[number - 1].Path : null
        : typed.StartsWith("rfc2217://", StringComparison.OrdinalIgnoreCase) || File.Exists(typed) ? typed : null;

    private void Summary(ProvisionAnswers answers)
    {
        var table = new Table().HideHeaders().AddColumns("What", "Answer");
        foreach (var (what, answer) in (IEnumerable<(string, string?)>)
        [
            ("Terminal", answers.Terminal), ("Site", answers.Site is { Length: > 0 } site ? site : "the main one"), ("Place", answers.Place), ("Time zone", answers.TimeZone), ("Bridge", answers.Bridge),
            ("State folder", answers.State), ("Camera", answers.Camera), ("Model pack", answers.ModelPack ?? "none: cards only"),
            ("MCU", answers.Mcu is null ? "left alone" : $"{answers.Mcu}, calls {answers.McuHost}"), ("MCU's Wi-Fi", answers.Mcu is null ? null : answers.Ssid ?? "left as it is"),
            ("Language", answers.Language), ("Contact", answers.Contact), ("Label and sheet", answers.HandOver),
        ])
        {
            if (!string.IsNullOrEmpty(answer)) table.AddRow(Markup.Escape(what), Markup.Escape(answer));
        }

        output.Show(table);
    }

    private async Task<string> TextAsync(string question, string? otherwise, Func<string, string?>? wrong, CancellationToken cancellationToken)
    {
        TextPrompt<string> prompt = new TextPrompt<string>(Markup.Escape(question))
            .Validate(typed => wrong?.Invoke(typed.Trim()) is { } why ? ValidationResult.Error(Markup.Escape(why)) : ValidationResult.Success());
        if (otherwise is { Length: > 0 }) prompt.DefaultValue(otherwise);
        else if (otherwise is not null) prompt.AllowEmpty();
        return (await prompt.ShowAsync(output.Console, cancellationToken)).Trim();
    }

    private static string Local() => TimeZoneInfo.Local.HasIanaId && Zones.Fault(TimeZoneInfo.Local.Id) is null ? TimeZoneInfo.Local.Id : "Asia/Shanghai";

    private static string? FaultOf(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (CliException fault)
        {
            return fault.Message;
        }
    }
}
