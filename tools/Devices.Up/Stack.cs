using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Devices.Up;

/// <summary>All programs of one small installation on embedded defaults, each a real process: the stand-ins, the bridge, one terminal.</summary>
internal sealed partial class Stack : IAsyncDisposable
{
    /// <summary>The one terminal of this installation.</summary>
    public const string Terminal = "m2-001";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Layout _layout;
    private readonly PortPlan _ports;
    private readonly Dictionary<string, string> _bridgePorts = [];
    private Part? _dingTalk, _camera;
    private int _repeatSeconds;

    public Stack(Layout layout, PortPlan ports)
    {
        _layout = layout;
        _ports = ports;
    }

    public Part Bridge { get; private set; } = null!;
    public Part Agent { get; private set; } = null!;
    public Part Mcu { get; private set; } = null!;
    public Uri DingTalkAddress { get; private set; } = null!;
    public Uri CameraAddress { get; private set; } = null!;
    public Uri McuAddress { get; private set; } = null!;
    public Uri HrAddress { get; private set; } = null!;

    /// <summary>For HR's first log-in; null when the bridge had an account already.</summary>
    public string? OneTimePassword { get; private set; }

    public async Task Start(SamplePeople people, int repeatSeconds, CancellationToken stop)
    {
        string seed = Path.Combine(_layout.DingTalk, "people.json");
        await File.WriteAllTextAsync(seed, people.PlatformSeed(), stop).ConfigureAwait(false);
        string secret = Path.Combine(_layout.Bridge, "dingtalk.secret");
        await File.WriteAllTextAsync(secret, "standin-secret\n", stop).ConfigureAwait(false);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        _dingTalk = Make("DingTalk stand-in", "dingtalk", "Devices.Standins.DingTalk", "standin-dingtalk",
            ["--urls", $"http://127.0.0.1:{_ports.DingTalk}", "--seed", seed, "--app-key", "standin-key", "--app-secret", "standin-secret", "--corp-id", "dingstandin"]);
        DingTalkAddress = await StartListening(_dingTalk, stop).ConfigureAwait(false);

        _camera = Make("Camera stand-in", "camera", "Devices.Standins.Camera", "standin-camera", ["--urls", $"http://127.0.0.1:{_ports.Camera}"]);
        CameraAddress = await StartListening(_camera, stop).ConfigureAwait(false);

        Bridge = MakeBridge();
        await StartBridge(stop).ConfigureAwait(false);
        await Provision(stop).ConfigureAwait(false);

        _repeatSeconds = repeatSeconds;
        Agent = Make("Agent", "agent", "Devices.Edge.Agent", "Devices.Edge.Agent", AgentArguments(_ports.Mcu));
    }

    private string[] AgentArguments(int brokerPort) =>
    [
        "--config", Path.Combine(_layout.Terminal, "agent.json"),
        $"--Mcu:Port={brokerPort}",
        $"--Repeat:Seconds={_repeatSeconds}",
        "--Liveness:AskBelow=0", // the sample people are pictures and films, which cannot do what they are asked
    ];

    /// <summary>Starts the bridge, or starts it again on the same ports.</summary>
    public async Task StartBridge(CancellationToken stop)
    {
        Bridge.Start();
        string? password = null;
        string ready = await Bridge.WaitForLine(line =>
        {
            Match found = PasswordLine().Match(line);
            if (found.Success) password = found.Groups[1].Value;
            return ReadyLine().IsMatch(line);
        }, StartLimit, stop).ConfigureAwait(false);
        OneTimePassword ??= password;
        Match ports = ReadyLine().Match(ready);
        HrAddress = new(ports.Groups["http"].Value);
        if (_bridgePorts.Count > 0) return;
        // A bridge that is stopped and started again must be found where it was.
        _bridgePorts["http"] = HrAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _bridgePorts["https"] = new Uri(ports.Groups["https"].Value).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _bridgePorts["mqtt"] = ports.Groups["mqtt"].Value.Split(':')[^1].TrimEnd('/');
        Bridge = MakeBridge(Bridge);
    }

    private Part MakeBridge(Part? running = null)
    {
        string http = _bridgePorts.GetValueOrDefault("http", $"{_ports.Hr}"), https = _bridgePorts.GetValueOrDefault("https", $"{_ports.Https}"), mqtt = _bridgePorts.GetValueOrDefault("mqtt", $"{_ports.Mqtt}");
        string[] args =
        [
            $"--Bridge:Data={_layout.Bridge}",
            $"--Bridge:Http:Url=http://127.0.0.1:{http}",
            $"--Bridge:Https:Port={https}",
            $"--Bridge:Mqtt:Port={mqtt}",
            "--Bridge:Platform:Kind=dingtalk",
            $"--Bridge:Platform:OapiUrl={DingTalkAddress}",
            $"--Bridge:Platform:ApiUrl={DingTalkAddress}",
            "--Bridge:Platform:AppKey=standin-key",
            $"--Bridge:Platform:AppSecretFile={Path.Combine(_layout.Bridge, "dingtalk.secret")}",
            "--Bridge:Platform:CorpId=dingstandin",
            $"--Bridge:Site:TimeZone={SiteZone}",
            // A demonstration should not wait half a minute to learn what became of an answer that was lost.
            "--Bridge:Platform:SettleSeconds=2",
        ];
        if (running is not null)
        {
            running.ReplaceArguments(args);
            return running;
        }
        return Make("Bridge", "bridge", "Devices.Bridge", "Devices.Bridge", args);
    }

    /// <summary>The terminal's identity by the same path as a real one: claim code → key made here → certificate from the bridge's CA.</summary>
    private async Task Provision(CancellationToken stop)
    {
        string claim = await Run(_layout.Program("Devices.Bridge", "Devices.Bridge"), ["claim", "--data", _layout.Bridge, "--terminal", Terminal, "--json"], stop).ConfigureAwait(false);
        using JsonDocument json = JsonDocument.Parse(claim[claim.IndexOf('{', StringComparison.Ordinal)..]);
        string text = json.RootElement.GetProperty("claim").GetString()!;
        await Run(_layout.Program("Devices.Cli", "devices"),
        [
            // This machine's own TPM, where it has one, is not the terminal's.
            "provision", "--tpm", "none", "--bridge", $"https://127.0.0.1:{_bridgePorts["https"]}", "--bridge-mqtt", $"127.0.0.1:{_bridgePorts["mqtt"]}",
            "--claim", text, "--terminal", Terminal, "--state", _layout.Terminal, "--site", "Sample site", "--time-zone", SiteZone,
            "--camera", $"mjpeg:{CameraAddress}stream", "--model-pack", FindPack(),
        ], stop).ConfigureAwait(false);
    }

    /// <summary>Starts the agent and waits until it answers with camera and models up.</summary>
    public async Task StartAgent(AgentClient client, CancellationToken stop)
    {
        Agent.Start();
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (!Agent.Running) throw Agent.Ended();
            if (await client.Status(stop).ConfigureAwait(false) is not null) return;
            if (Stopwatch.GetElapsedTime(began) > StartLimit) throw new UpFault($"The agent did not get ready within {StartLimit.TotalSeconds:0} s. Its last lines:\n{Agent.Tail}");
            await Task.Delay(100, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Starts the firmware's own code on its host build, against the agent's broker.</summary>
    public async Task StartMcu(int brokerPort, CancellationToken stop)
    {
        // An agent that is started again must be found by its MCU where it was.
        Agent.ReplaceArguments(AgentArguments(brokerPort));
        Mcu = Make("Terminal stand-in", "mcu", "Devices.Standins.Terminal", "standin-terminal",
        [
            "--host", "127.0.0.1", "--port", $"{brokerPort}", "--terminal", Terminal, "--password-file", Path.Combine(_layout.Terminal, "mcu.password"),
            "--state", _layout.Mcu, "--control-port", $"{_ports.TerminalControl}",
        ]);
        Mcu.Start();
        string line = await Mcu.WaitForLine(l => ControlLine().IsMatch(l), StartLimit, stop).ConfigureAwait(false);
        McuAddress = new(ControlLine().Match(line).Groups[1].Value);
    }

    /// <summary>Enrols the sample folder by the technician's own command.</summary>
    public Task<string> Enrol(CancellationToken stop) =>
        Run(_layout.Program("Devices.Cli", "devices"), ["enrol", _layout.People, "--agent", _layout.AgentSocket], stop);

    /// <summary>Checks the ledger file by the technician's own command.</summary>
    public Task<string> VerifyLedger(CancellationToken stop) =>
        Run(_layout.Program("Devices.Cli", "devices"), ["ledger", "verify", _layout.LedgerFile], stop);

    /// <summary>The parts whose ending by themselves is a fault.</summary>
    public IEnumerable<Part> Parts => ((Part?[])[_dingTalk, _camera, Bridge, Agent, Mcu]).OfType<Part>();

    public async ValueTask DisposeAsync()
    {
        // Against the data's flow would lose nothing either, but this way every part can still say goodbye to the next.
        foreach (Part? part in (Part?[])[Mcu, Agent, Bridge, _camera, _dingTalk])
            if (part is not null) await part.DisposeAsync().ConfigureAwait(false);
    }

    private static string SiteZone { get; } = TimeZoneInfo.Local.HasIanaId && TimeZoneInfo.Local.Id.Contains('/', StringComparison.Ordinal) ? TimeZoneInfo.Local.Id : "Asia/Shanghai";

    private string FindPack()
    {
        // The checkout's own version: the cache may hold earlier ones.
        using JsonDocument own = JsonDocument.Parse(File.ReadAllText(Path.Combine(_layout.Root, "models", "default", "manifest.json")));
        string directory = Path.Combine(_layout.Models, own.RootElement.GetProperty("id").GetString()!, own.RootElement.GetProperty("version").GetString()!);
        if (File.Exists(Path.Combine(directory, "manifest.json"))) return directory;
        throw new UpFault($"No model pack is installed below {_layout.Models}. Run tools/up, or `devices models install`.");
    }

    private Part Make(string name, string log, string project, string program, IEnumerable<string> args) =>
        new(name, _layout.Program(project, program), args, _layout.Log(log));

    private static async Task<Uri> StartListening(Part part, CancellationToken stop)
    {
        part.Start();
        string line = await part.WaitForLine(l => ListeningLine().IsMatch(l), StartLimit, stop).ConfigureAwait(false);
        return new(ListeningLine().Match(line).Groups[1].Value);
    }

    private static async Task<string> Run(string program, string[] args, CancellationToken stop)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })
            ?? throw new UpFault($"{Path.GetFileName(program)} could not be started.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop), errors = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop).ConfigureAwait(false);
        if (process.ExitCode == 0) return await output.ConfigureAwait(false);
        throw new UpFault($"`{Path.GetFileName(program)} {args[0]}` failed with exit code {process.ExitCode}:\n{await output.ConfigureAwait(false)}{await errors.ConfigureAwait(false)}");
    }

    [GeneratedRegex(@"listening on (http://\S+)")]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"bridge ready http=(?<http>\S+) https=(?<https>\S+) mqtt=(?<mqtt>\S+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"HR one-time password: (\S+)")]
    private static partial Regex PasswordLine();

    [GeneratedRegex(@"control (http://\S+)")]
    private static partial Regex ControlLine();
}
