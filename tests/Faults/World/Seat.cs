using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Faults.Net;
using Devices.Up;

namespace Devices.Faults.World;

/// <summary>One terminal: its board with the agent, its MCU, the wires between them and to the bridge, each a thing that can break.</summary>
internal sealed class Seat : IAsyncDisposable
{
    /// <summary>MiB of the board's file system: what provisioning asks for, and what it has afterwards.</summary>
    private const int DiskAtFirst = 300, DiskSize = 40;

    private const int ReserveMiB = 4, BoardPort = 1883;
    private readonly Grounds _grounds;
    private readonly string _subnet;
    private readonly SemaphoreSlim _starting = new(1);
    private int _brokerPort;
    private string[] _extra = [];

    private Seat(Grounds grounds, int index, string terminal, string folder, string subnet, bool relayed)
    {
        (_grounds, Index, Terminal, Folder, _subnet, Relayed) = (grounds, index, terminal, folder, subnet, relayed);
        Agent = AgentAt();
        Client = new(Path.Combine(State, "agent.sock"));
        Hands = new(Path.Combine(Folder, "mcu.sock"));
    }

    public int Index { get; }
    public string Terminal { get; }
    public string Folder { get; }

    /// <summary>Whether MQTT passes through relays that can resend.</summary>
    public bool Relayed { get; }

    public string State => Path.Combine(Folder, "state");
    public string Flash => Path.Combine(Folder, "flash");
    public string Ledger => Path.Combine(State, "ledger.db");
    public Part Agent { get; private set; }
    public Part? Mcu { get; private set; }
    public AgentClient Client { get; }

    /// <summary>The terminal's hardware: cards and keys.</summary>
    public McuClient Hands { get; }

    public Desk Desk { get; } = new();
    public BoardSpace? Space { get; private set; }
    public Wire? Uplink { get; private set; }
    public Wire? McuLink { get; private set; }
    public MqttRelay? UplinkRelay { get; private set; }
    public MqttRelay? McuRelay { get; private set; }
    public FakeClock? Clock { get; private set; }
    public SmallDisk? Disk { get; private set; }

    /// <summary>This program's address on the wire to the bridge: the agent finds the bridge there.</summary>
    public string BridgeAddress => _grounds.Isolated ? _subnet + ".1.1" : "127.0.0.1";

    private string BoardAddress => _subnet + ".1.2";
    private string McuNear => _subnet + ".2.1";
    private string BrokerAddress => _grounds.Isolated ? _subnet + ".2.2" : "127.0.0.1";

    /// <summary>Makes the place: network, disk, clock; nothing runs yet.</summary>
    /// <param name="place">Second number of its addresses.</param>
    public static async Task<Seat> Make(Grounds grounds, int index, string terminal, string folder, int place, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        Seat seat = new(grounds, index, terminal, folder, string.Create(CultureInfo.InvariantCulture, $"10.{place}"), relayed: Plan.FaultPlan.Relayed(index));
        Directory.CreateDirectory(seat.Flash);
        if (grounds.Isolated)
        {
            // Before the board's namespaces, which copy the mounts.
            seat.Disk = await SmallDisk.Mount(seat.State, DiskAtFirst, stop).ConfigureAwait(false);
            seat.Space = await BoardSpace.Make(folder, stop).ConfigureAwait(false);
            string tag = string.Create(CultureInfo.InvariantCulture, $"{place}");
            seat.Uplink = await Wire.Lay("u" + tag, seat.BridgeAddress, seat.BoardAddress, seat.Space, grounds.Seed + place, stop).ConfigureAwait(false);
            seat.McuLink = await Wire.Lay("m" + tag, seat.McuNear, seat.BrokerAddress, seat.Space, grounds.Seed + 500 + place, stop).ConfigureAwait(false);
            seat._brokerPort = BoardPort;
        }
        else Directory.CreateDirectory(seat.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (seat.Relayed)
        {
            seat.UplinkRelay = new(IPAddress.Parse(seat.BridgeAddress), () => new(IPAddress.Loopback, grounds.BridgeMqtt), new(grounds.BridgeCertificate, seat.Certificate), grounds.Seed + place);
            seat.McuRelay = new(IPAddress.Loopback, () => new(IPAddress.Parse(seat.BrokerAddress), seat._brokerPort), null, grounds.Seed + 700 + place);
        }
        seat.Agent = seat.AgentAt();
        if (grounds.FakeTime)
        {
            seat.Clock = new(Path.Combine(folder, "clock"));
            seat.Clock.Wind(seat.Agent);
        }
        return seat;
    }

    /// <summary>Claim, key, certificate, by the technician's own command.</summary>
    public async Task Provision(CancellationToken stop)
    {
        string claim = await Launch.Claim(_grounds.Layout, Terminal, stop).ConfigureAwait(false);
        await Launch.Run(_grounds.Layout.Program("Devices.Cli", "devices"),
        [
            "provision", "--bridge", $"https://127.0.0.1:{_grounds.BridgeHttps}", "--bridge-mqtt", $"{BridgeAddress}:{UplinkRelay?.Port ?? _grounds.BridgeMqtt}",
            "--claim", claim, "--terminal", Terminal, "--state", State, "--site", "Faults", "--time-zone", Grounds.Zone, "--camera", "none", "--no-uplink-check",
        ], stop).ConfigureAwait(false);
        if (Disk is not null) await Disk.Resize(DiskSize, stop).ConfigureAwait(false);
    }

    /// <summary>A clone's copied settings name the other board's place in the network; this is its own.</summary>
    public void Readdress(Seat of)
    {
        string file = Path.Combine(State, "agent.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(of.BridgeAddress, BridgeAddress, StringComparison.Ordinal).Replace(of.State, State, StringComparison.Ordinal));
        if (UplinkRelay is not null) _extra = [$"--Bridge:Port={UplinkRelay.Port}"];
        Agent.ReplaceArguments(AgentArguments());
    }

    public async Task StartAgent(CancellationToken stop)
    {
        await _starting.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (Agent.Running) return;
            await Launch.Agent(Agent, Client, stop).ConfigureAwait(false);
            if (_brokerPort != 0) return;
            // A port that the system picked is kept for the next start.
            JsonElement status = await Client.Status(stop).ConfigureAwait(false) ?? throw Agent.Ended();
            _brokerPort = status.GetProperty("mcu_port").GetInt32();
            Agent.ReplaceArguments(AgentArguments());
        }
        finally
        {
            _starting.Release();
        }
    }

    public async Task StartMcu(CancellationToken stop)
    {
        if (Mcu is { Running: true }) return;
        // Five power cuts in a row are a crash loop to the firmware, which then shows nothing but a warning. Here they are the plan.
        File.Delete(Path.Combine(Flash, "boots.bin"));
        if (Mcu is null)
        {
            Mcu = new($"{Terminal} MCU", _grounds.Layout.Program("Devices.Standins.Terminal", "standin-terminal"),
            [
                "--host", Relayed ? "127.0.0.1" : BrokerAddress, "--port", $"{McuRelay?.Port ?? _brokerPort}", "--terminal", Terminal, "--password-file", Path.Combine(State, "mcu.password"),
                "--state", Flash, "--control-socket", Path.Combine(Folder, "mcu.sock"), "--language", "en",
            ], Path.Combine(Folder, "mcu.log"))
            { Heard = Desk.Hear };
        }
        Desk.Boot();
        await Launch.Mcu(Mcu, stop).ConfigureAwait(false);
    }

    /// <summary>Makes the terminal's people known by card and PIN.</summary>
    public async Task Enrol(IReadOnlyList<Person> people, CancellationToken stop)
    {
        foreach (Person person in people)
        {
            await Client.Enrol(person.Id, person.Id, person.Card, stop).ConfigureAwait(false);
            if (person.Number is { } number) await Client.GivePin(person.Id, number, Person.Pin, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Everything on its way is undone: wires whole, clock right, disk with room, processes running.</summary>
    public async Task Heal(CancellationToken stop)
    {
        if (Uplink is not null) Uplink.Mischief = Mischief.None;
        if (McuLink is not null) McuLink.Mischief = Mischief.None;
        UplinkRelay?.Disturb(0, 0);
        McuRelay?.Disturb(0, 0);
        Clock?.True();
        Disk?.Free();
        Agent.Thaw();
        Mcu?.Thaw();
        await StartAgent(stop).ConfigureAwait(false);
        await StartMcu(stop).ConfigureAwait(false);
    }

    /// <summary>What still waits on the terminal, in words; null when nothing does.</summary>
    public async Task<string?> Waits(CancellationToken stop)
    {
        if (Mcu is not { Running: true } || !Agent.Running) return "a process is not running";
        JsonElement mcu;
        try
        {
            mcu = await Hands.State(stop).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return "the MCU does not answer";
        }
        if (mcu.GetProperty("queue").GetInt32() is > 0 and int queue) return $"{queue} entries on the MCU";
        if (!mcu.GetProperty("connected").GetBoolean()) return "the MCU has no link";
        if (await Client.Status(stop).ConfigureAwait(false) is not { } status) return "the agent does not answer";
        if (status.GetProperty("queue").GetInt64() is > 0 and long waiting) return $"{waiting} punches in the ledger";
        if (status.GetProperty("held").GetInt64() is > 0 and long held) return $"{held} punches without a time";
        return status.GetProperty("bridge_online").GetBoolean() ? null : "the agent has no link to the bridge";
    }

    public async ValueTask DisposeAsync()
    {
        Agent.Thaw();
        Mcu?.Thaw();
        // SIGKILL: what there is to compare has been compared.
        if (Mcu is not null)
        {
            await Mcu.Kill().ConfigureAwait(false);
            await Mcu.DisposeAsync().ConfigureAwait(false);
        }
        await Agent.Kill().ConfigureAwait(false);
        await Agent.DisposeAsync().ConfigureAwait(false);
        UplinkRelay?.Dispose();
        McuRelay?.Dispose();
        Uplink?.Dispose();
        McuLink?.Dispose();
        Space?.Dispose();
        Client.Dispose();
        Hands.Dispose();
        _starting.Dispose();
        if (Disk is not null) await Disk.Unmount().ConfigureAwait(false);
    }

    private X509Certificate2 Certificate() => X509Certificate2.CreateFromPemFile(Path.Combine(State, "tls", "terminal.crt"), Path.Combine(State, "tls", "terminal.key"));

    private Part AgentAt()
    {
        string program = _grounds.Layout.Program("Devices.Edge.Agent", "Devices.Edge.Agent");
        return Space is null
            ? new($"{Terminal} agent", program, AgentArguments(), Path.Combine(Folder, "agent.log"))
            : new($"{Terminal} agent", "/usr/bin/nsenter", AgentArguments(), Path.Combine(Folder, "agent.log"));
    }

    private string[] AgentArguments()
    {
        string[] own =
        [
            "--config", Path.Combine(State, "agent.json"),
            $"--State={State}",
            $"--Mcu:Bind={BrokerAddress}",
            $"--Mcu:Port={_brokerPort}",
            $"--Repeat:Seconds={Grounds.RepeatSeconds}",
            $"--Ledger:ReserveMiB={ReserveMiB}",
            "--Camera=none",
            .. _extra,
        ];
        return Space is null ? own : [.. Space.Prefix[1..], _grounds.Layout.Program("Devices.Edge.Agent", "Devices.Edge.Agent"), .. own];
    }
}
