using System.Text.Json;

namespace Devices.Up;

/// <summary>All programs of one small installation on embedded defaults, each a real process: the stand-ins, the bridge, one terminal.</summary>
internal sealed class Stack : IAsyncDisposable
{
    /// <summary>The one terminal of this installation.</summary>
    public const string Terminal = "m2-001";

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
        DingTalkAddress = await Launch.Listening(_dingTalk, stop).ConfigureAwait(false);

        _camera = Make("Camera stand-in", "camera", "Devices.Standins.Camera", "standin-camera", ["--urls", $"http://127.0.0.1:{_ports.Camera}"]);
        CameraAddress = await Launch.Listening(_camera, stop).ConfigureAwait(false);

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
        BridgeAddresses at = await Launch.Bridge(Bridge, stop).ConfigureAwait(false);
        OneTimePassword ??= at.OneTimePassword;
        HrAddress = at.Hr;
        if (_bridgePorts.Count > 0) return;
        // A bridge that is stopped and started again must be found where it was.
        _bridgePorts["http"] = at.Hr.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _bridgePorts["https"] = at.Https.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _bridgePorts["mqtt"] = at.Mqtt.ToString(System.Globalization.CultureInfo.InvariantCulture);
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
        string text = await Launch.Claim(_layout, Terminal, stop).ConfigureAwait(false);
        await Launch.Run(_layout.Program("Devices.Cli", "devices"),
        [
            // This machine's own TPM, where it has one, is not the terminal's.
            "provision", "--tpm", "none", "--bridge", $"https://127.0.0.1:{_bridgePorts["https"]}", "--bridge-mqtt", $"127.0.0.1:{_bridgePorts["mqtt"]}",
            "--claim", text, "--terminal", Terminal, "--state", _layout.Terminal, "--site", "Sample site", "--time-zone", SiteZone,
            "--camera", $"mjpeg:{CameraAddress}stream", "--model-pack", FindPack(),
        ], stop).ConfigureAwait(false);
    }

    /// <summary>Starts the agent and waits until it answers with camera and models up.</summary>
    public Task StartAgent(AgentClient client, CancellationToken stop) => Launch.Agent(Agent, client, stop);

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
        McuAddress = await Launch.Mcu(Mcu, stop).ConfigureAwait(false);
    }

    /// <summary>Enrols the sample folder by the technician's own command.</summary>
    public Task<string> Enrol(CancellationToken stop) =>
        Launch.Run(_layout.Program("Devices.Cli", "devices"), ["enrol", _layout.People, "--agent", _layout.AgentSocket], stop);

    /// <summary>Checks the ledger file by the technician's own command.</summary>
    public Task<string> VerifyLedger(CancellationToken stop) =>
        Launch.Run(_layout.Program("Devices.Cli", "devices"), ["ledger", "verify", _layout.LedgerFile], stop);

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
}
