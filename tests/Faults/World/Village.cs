using System.Globalization;
using System.Text.Json;
using Devices.Faults.Net;
using Devices.Up;

namespace Devices.Faults.World;

/// <summary>A whole installation of real processes on small disks and wires of this program's own: platform, database, bridge, terminals, HR.</summary>
internal sealed class Village : IAsyncDisposable
{
    /// <summary>Second number of the first clone's addresses; the terminals' own begin at <see cref="Place"/>.</summary>
    public const int ClonePlace = 150;

    private const int Place = 100;
    private static readonly int[] Everybody = [1];
    private const string Password = "Kept-faults-4711-run";
    private readonly Part _dingTalk;
    private readonly SemaphoreSlim _starting = new(1);
    private readonly bool _postgres;

    private Village(Grounds grounds, bool postgres)
    {
        (Grounds, _postgres) = (grounds, postgres);
        _dingTalk = PlatformAt(0);
    }

    public Grounds Grounds { get; }
    public Part Bridge { get; private set; } = null!;
    public Part DingTalk => _dingTalk;
    public int PlatformPort { get; private set; }
    public DingTalkClient Platform { get; private set; } = null!;
    public Database? Database { get; private set; }
    public SmallDisk? BridgeDisk { get; private set; }
    public FakeClock? BridgeClock { get; private set; }
    public HrClient Hr { get; private set; } = null!;
    public List<Seat> Seats { get; } = [];

    /// <summary>Who works at each terminal.</summary>
    public List<IReadOnlyList<Person>> People { get; } = [];

    public static async Task<Village> Build(Grounds grounds, int terminals, int people, bool postgres, CancellationToken stop)
    {
        Village village = new(grounds, postgres);
        try
        {
            await village.Build(terminals, people, stop).ConfigureAwait(false);
            return village;
        }
        catch
        {
            await village.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task Build(int terminals, int people, CancellationToken stop)
    {
        for (int t = 0; t < terminals; t++) People.Add(Person.Of(t, people));
        await File.WriteAllTextAsync(Seed, JsonSerializer.Serialize(Organisation(People.SelectMany(p => p), inGroup: true)), stop).ConfigureAwait(false);
        PlatformPort = (await Launch.Listening(_dingTalk, stop).ConfigureAwait(false)).Port;
        _dingTalk.ReplaceArguments(PlatformArguments(PlatformPort));
        Platform = new(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PlatformPort}/")));

        string bridge = Grounds.Layout.Bridge;
        if (Grounds.Isolated) BridgeDisk = await SmallDisk.Mount(bridge, 256, stop).ConfigureAwait(false);
        string secret = Path.Combine(bridge, "dingtalk.secret");
        await File.WriteAllTextAsync(secret, "standin-secret\n", stop).ConfigureAwait(false);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (_postgres) Database = await Database.Make(Grounds.Layout.Log("postgres"), Grounds.Isolated, stop).ConfigureAwait(false);

        // Places first: the bridge's certificate names every address at which it is found.
        for (int t = 0; t < terminals; t++)
            Seats.Add(await Seat.Make(Grounds, t, string.Create(CultureInfo.InvariantCulture, $"m2-{t + 1:000}"), Path.Combine(Grounds.Layout.Data, string.Create(CultureInfo.InvariantCulture, $"t{t + 1}")), Place + t, stop).ConfigureAwait(false));
        Bridge = new("Bridge", Grounds.Layout.Program("Devices.Bridge", "Devices.Bridge"), BridgeArguments("0", "0", "0"), Grounds.Layout.Log("bridge"));
        if (Grounds.FakeTime)
        {
            BridgeClock = new(Path.Combine(Grounds.Layout.Data, "bridge-clock"));
            BridgeClock.Wind(Bridge);
        }
        BridgeAddresses at = await Launch.Bridge(Bridge, stop).ConfigureAwait(false);
        (Grounds.BridgeMqtt, Grounds.BridgeHttps) = (at.Mqtt, at.Https.Port);
        Bridge.ReplaceArguments(BridgeArguments(Number(at.Hr.Port), Number(at.Https.Port), Number(at.Mqtt)));
        Hr = new(at.Hr);
        await Hr.LogIn("hr", at.OneTimePassword ?? throw new UpFault("The bridge printed no one-time password."), Password, stop).ConfigureAwait(false);

        // Two at a time: as many as there are cores.
        await Parallel.ForEachAsync(Seats, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = stop }, async (seat, token) =>
        {
            await seat.Provision(token).ConfigureAwait(false);
            await seat.StartAgent(token).ConfigureAwait(false);
            await seat.Enrol(People[seat.Index], token).ConfigureAwait(false);
            await seat.StartMcu(token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Starts the bridge where it is not running.</summary>
    public async Task StartBridge(CancellationToken stop)
    {
        await _starting.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!Bridge.Running) await Launch.Bridge(Bridge, stop).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts the platform where it is not running.</summary>
    public async Task StartPlatform(CancellationToken stop)
    {
        if (!_dingTalk.Running) await Launch.Listening(_dingTalk, stop).ConfigureAwait(false);
    }

    /// <summary>Whether the platform keeps these people's punches; where not, it says yes all the same.</summary>
    public Task SetRecorded(IEnumerable<Person> people, bool recorded, CancellationToken stop) => Platform.MergePeople(Organisation(people, recorded), stop);

    /// <summary>Everything is whole again and runs.</summary>
    public async Task Heal(CancellationToken stop)
    {
        DingTalk.Thaw();
        Database?.Thaw();
        Database?.Disk?.Free();
        Bridge.Thaw();
        BridgeDisk?.Free();
        BridgeClock?.True();
        if (Grounds.Isolated) await Shell.Run("nft flush ruleset", stop).ConfigureAwait(false);
        await StartPlatform(stop).ConfigureAwait(false);
        await Platform.ClearFaults(stop).ConfigureAwait(false);
        if (Database is not null) await Database.Start(stop).ConfigureAwait(false);
        await StartBridge(stop).ConfigureAwait(false);
        await Task.WhenAll(Seats.Select(s => s.Heal(stop))).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Hr?.Dispose();
        Platform?.Dispose();
        await Task.WhenAll(Seats.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
        if (Bridge is not null)
        {
            Bridge.Thaw();
            await Bridge.Kill().ConfigureAwait(false);
            await Bridge.DisposeAsync().ConfigureAwait(false);
        }
        if (Database is not null) await Database.DisposeAsync().ConfigureAwait(false);
        _dingTalk.Thaw();
        await _dingTalk.Kill().ConfigureAwait(false);
        await _dingTalk.DisposeAsync().ConfigureAwait(false);
        if (BridgeDisk is not null) await BridgeDisk.Unmount().ConfigureAwait(false);
        _starting.Dispose();
    }

    private string Seed => Path.Combine(Grounds.Layout.DingTalk, "people.json");

    private Part PlatformAt(int port) => new("DingTalk stand-in", Grounds.Layout.Program("Devices.Standins.DingTalk", "standin-dingtalk"), PlatformArguments(port), Grounds.Layout.Log("dingtalk"));

    private string[] PlatformArguments(int port) =>
    [
        "--urls", $"http://127.0.0.1:{port}", "--seed", Seed, "--store", Path.Combine(Grounds.Layout.DingTalk, "records.jsonl"),
        "--app-key", "standin-key", "--app-secret", "standin-secret", "--corp-id", "dingstandin",
        "--set", "calls_per_second=900", "--set", "monthly_calls=50000000", "--set", "no_group=silent-drop",
    ];

    private string[] BridgeArguments(string http, string https, string mqtt)
    {
        string platform = $"http://127.0.0.1:{PlatformPort}";
        List<string> arguments =
        [
            $"--Bridge:Data={Grounds.Layout.Bridge}",
            $"--Bridge:Http:Url=http://127.0.0.1:{http}", $"--Bridge:Https:Port={https}", $"--Bridge:Mqtt:Port={mqtt}",
            $"--Bridge:Names={string.Join(',', Seats.Select(s => s.BridgeAddress).Concat(Seats.Select(s => string.Create(CultureInfo.InvariantCulture, $"10.{ClonePlace + s.Index}.1.1"))).Append("127.0.0.1").Distinct())}",
            "--Bridge:Platform:Kind=dingtalk", $"--Bridge:Platform:OapiUrl={platform}", $"--Bridge:Platform:ApiUrl={platform}", "--Bridge:Platform:AppKey=standin-key",
            $"--Bridge:Platform:AppSecretFile={Path.Combine(Grounds.Layout.Bridge, "dingtalk.secret")}", "--Bridge:Platform:CorpId=dingstandin",
            $"--Bridge:Site:TimeZone={Grounds.Zone}",
            // Everything that waits on purpose waits shortly, so that many faults fit into an hour; what is waited for stays the same.
            "--Bridge:Platform:MonthlyCalls=50000000", "--Bridge:Platform:CallsPerSecond=800", "--Bridge:Platform:Workers=6", "--Bridge:Platform:PollSeconds=0.2",
            "--Bridge:Platform:TimeoutSeconds=1.5", "--Bridge:Platform:RetrySeconds=0.2", "--Bridge:Platform:RetryMaxSeconds=2", "--Bridge:Platform:SettleSeconds=0.5",
            "--Bridge:Platform:ConfigurationRetrySeconds=1", "--Bridge:Platform:VerifyMinutes=0.05", "--Bridge:Platform:VerifyAfterMinutes=0.03", "--Bridge:Platform:VerifyLookups=2",
            "--Bridge:Platform:ReconcileHour=-1", "--Bridge:Ingest:MaxPauseSeconds=2",
        ];
        if (Database is not null) arguments.AddRange(["--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={Database.ConnectionFile}"]);
        return [.. arguments];
    }

    private static object Organisation(IEnumerable<Person> people, bool inGroup) => new
    {
        departments = new[] { new { dept_id = 1, name = "Faults", parent_id = 0 } },
        users = people.Select((p, i) => new { userid = p.Id, name = p.Id, job_number = p.Id, dept_id_list = Everybody, attendance_group = inGroup }),
    };

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
