using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Devices.PrivateServers;

namespace Devices.Scale;

/// <summary>
/// A scaled installation on loopback, of real processes: PostgreSQL, three NATS servers, haproxy, two ingest nodes, two writers and the node that
/// serves people, on the files of <c>cloud-bridge/deploy/scale</c>.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private const string Database = "devices";
    private readonly string _directory;
    private readonly ScalePlan _plan;
    private readonly TextWriter _output;
    private readonly Dictionary<string, string> _balancing;

    private Installation(string directory, ScalePlan plan, TextWriter output)
    {
        (_directory, _plan, _output) = (directory, plan, output);
        // The nodes and the checker hold their connections in pools.
        Postgres = new(Path.Combine(directory, "postgres"), Path.Combine(directory, "postgres.log"), "shared_buffers=64MB") { Parameters = "" };
        int[] ports = FreePorts(16);
        string password = RandomNumberGenerator.GetHexString(24);
        List<(int, int, int)> nats = [(ports[0], ports[1], ports[2]), (ports[3], ports[4], ports[5]), (ports[6], ports[7], ports[8])];
        Nats = plan.Engine == "nats" ? [.. Enumerable.Range(1, 3).Select(i => new NatsServer(i, directory, Path.Combine(Deploy, "nats.conf"), nats, password))] : [];
        File.WriteAllText(Path.Combine(directory, "engine.password"), password);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(directory, "engine.password"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int mqtt, int est, int web) = (ports[9], ports[10], ports[11]);
        _balancing = new()
        {
            ["DEVICES_MQTT"] = $"127.0.0.1:{mqtt}", ["DEVICES_EST"] = $"127.0.0.1:{est}",
            ["DEVICES_INGEST_1"] = $"127.0.0.1:{ports[12]}", ["DEVICES_INGEST_1_HOST"] = "127.0.0.1", ["DEVICES_INGEST_1_HEALTH"] = $"{ports[13]}",
            ["DEVICES_INGEST_2"] = $"127.0.0.1:{ports[14]}", ["DEVICES_INGEST_2_HOST"] = "127.0.0.1", ["DEVICES_INGEST_2_HEALTH"] = $"{ports[15]}",
            ["DEVICES_WEB"] = $"127.0.0.1:{web}", ["DEVICES_WEB_HOST"] = "127.0.0.1", ["DEVICES_WEB_HEALTH"] = "",
        };
        int webHttp = FreePorts(1)[0];
        _balancing["DEVICES_WEB_HEALTH"] = $"{webHttp}";
        (Mqtt, Est) = (new("127.0.0.1", mqtt), new($"https://127.0.0.1:{est}"));
        string[] all = ["--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={Postgres.ConnectionFile(Database)}", "--Bridge:Platform:Kind=none", $"--Bridge:Engine:Kind={plan.Engine}",
            .. plan.Engine == "nats" ? (string[])[$"--Bridge:Engine:Url={string.Join(',', Nats.Select(one => one.Url))}", "--Bridge:Engine:User=devices", $"--Bridge:Engine:PasswordFile={Path.Combine(directory, "engine.password")}"] : []];
        Web = new("web-1", "web", directory, BridgeProgram, [.. all, $"--Bridge:Http:Url=http://127.0.0.1:{webHttp}", $"--Bridge:Https:Port={web}", "--Bridge:Https:Bind=127.0.0.1"]);
        Ingest = [.. Enumerable.Range(1, 2).Select(i => new BridgeNode($"ingest-{i}", "ingest", directory, BridgeProgram,
            [.. all, $"--Bridge:Http:Url=http://127.0.0.1:{ports[11 + 2 * i]}", $"--Bridge:Mqtt:Port={ports[10 + 2 * i]}", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Mqtt:MaxConnections=20000"]))];
        Writers = plan.Engine == "nats" ? [.. Enumerable.Range(1, 2).Select(i => new BridgeNode($"writer-{i}", "writer", directory, BridgeProgram, [.. all, "--Bridge:Http:Url=http://127.0.0.1:0"]))] : [];
    }

    /// <summary>Why this machine cannot run it; null where it can.</summary>
    public static string? Missing() =>
        PrivatePostgres.Programs is null ? PrivatePostgres.Missing
        : NatsProgram.Length == 0 ? "nats-server is not installed: apt-get install nats-server."
        : HaproxyProgram.Length == 0 ? "haproxy is not installed: apt-get install haproxy."
        : !File.Exists(BridgeProgram) ? $"{BridgeProgram} was not built: dotnet build cloud-bridge/Bridge/Devices.Bridge.csproj -c Release."
        : null;

    public static string NatsProgram { get; } = Find("nats-server");

    public static string HaproxyProgram { get; } = Find("haproxy");

    public static string Root { get; } = FindRoot();

    public PrivatePostgres Postgres { get; }

    public string Store => Postgres.ConnectionString(Database);

    public IReadOnlyList<NatsServer> Nats { get; }

    public BridgeNode Web { get; }

    public IReadOnlyList<BridgeNode> Ingest { get; }

    public IReadOnlyList<BridgeNode> Writers { get; }

    public Kept Balancer { get; private set; } = null!;

    /// <summary>Where terminals connect: the balancer.</summary>
    public (string Host, int Port) Mqtt { get; }

    public Uri Est { get; }

    private static string Deploy => Path.Combine(Root, "cloud-bridge", "deploy", "scale");

    private static string BridgeProgram => Path.Combine(Root, "artifacts", "bin", "Devices.Bridge", new DirectoryInfo(AppContext.BaseDirectory).Name, "Devices.Bridge.dll");

    public static async Task<Installation> StartAsync(ScalePlan plan, TextWriter output, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("devices-scale-").FullName;
        // PostgreSQL's own user has to reach its folder inside.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Installation one = new(directory, plan, output);
        try
        {
            await one.RunAsync(cancellationToken);
            return one;
        }
        catch
        {
            await one.DisposeAsync();
            throw;
        }
    }

    public async Task StartBalancerAsync()
    {
        Balancer = await Kept.StartAsync(Path.Combine(_directory, "haproxy.log"), [HaproxyProgram, "-db", "-f", Path.Combine(Deploy, "haproxy.cfg")], _balancing);
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync(Est.Host, Est.Port);
                return;
            }
            catch (SocketException fault)
            {
                if (DateTime.UtcNow > end) throw new ScaleException($"haproxy did not start: {fault.Message} {await File.ReadAllTextAsync(Balancer.Log)}");
                await Task.Delay(20);
            }
        }
    }

    /// <summary>The NATS server that leads the stream now.</summary>
    public async Task<NatsServer> LeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (NatsServer one in Nats.Where(one => one.Process.Alive))
                if (await one.LeaderAsync() is { } leader && Nats.FirstOrDefault(n => n.Name == leader) is { } found) return found;
            await Task.Delay(100, cancellationToken);
        }
    }

    public async Task EngineHealthyAsync(CancellationToken cancellationToken)
    {
        foreach (NatsServer one in Nats)
            while (!await one.HealthyAsync()) await Task.Delay(100, cancellationToken);
    }

    /// <summary>Whether the logs of this run stay for somebody to look at.</summary>
    public bool KeepFiles { get; set; }

    public string Files => _directory;

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable part in (IDisposable[])[.. Ingest, .. Writers, Web, .. Nats]) part.Dispose();
        await Postgres.DisposeAsync();
        Balancer?.Dispose();
        if (!KeepFiles) Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Task engine = Task.WhenAll(Nats.Select(one => one.StartAsync()));
        await Postgres.CreateAsync(cancellationToken);
        await Postgres.CreateDatabaseAsync(Database, cancellationToken: cancellationToken);
        await Web.StartAsync(cancellationToken);
        await Task.WhenAll(Ingest.Select(one => CertifyAsync(one)));
        await engine;
        await EngineHealthyAsync(cancellationToken);
        await StartBalancerAsync();
        await Task.WhenAll(Writers.Concat(Ingest).Select(one => one.StartAsync(cancellationToken)));
        await _output.WriteLineAsync($"Installed: PostgreSQL, {Nats.Count} NATS servers, haproxy, {Ingest.Count} ingest nodes, {Writers.Count} writers, one web node; engine {_plan.Engine}.");
    }

    private async Task CertifyAsync(BridgeNode node)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string word in (string[])[BridgeProgram, "ca", "node", "--data", Web.Data, "--to", Path.Combine(node.Data, "ca")]) start.ArgumentList.Add(word);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), said = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new ScaleException($"ca node: {await errors}{await said}");
    }

    private static int[] FreePorts(int count)
    {
        List<TcpListener> held = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener one in held) one.Start();
        int[] ports = [.. held.Select(one => ((IPEndPoint)one.LocalEndpoint).Port)];
        foreach (TcpListener one in held) one.Dispose();
        return ports;
    }

    // Debian puts both where an ordinary user's PATH does not lead.
    private static string Find(string program) => ((string[])["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"]).Select(one => Path.Combine(one, program)).FirstOrDefault(File.Exists) ?? "";

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Devices.sln"))) at = at.Parent;
        return at?.FullName ?? throw new ScaleException("Devices.sln is not above this program.");
    }
}
