using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Devices.Bridge.Tests.Kit;

/// <summary>
/// A private PostgreSQL: initdb into a temp directory, a Unix socket in it and no network, gone with the tests. It runs below a shell that
/// waits for its standard input to end, so that it goes even where the test program is killed.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string User = "devices";

    // Ends with the pipe from the test program: fast shutdown, then the directory. What stops the program's whole process group (Ctrl-C, a
    // time limit) reaches neither the shell nor the server.
    private const string Keeper =
        """
        trap "" TERM INT HUP
        setsid "$@" >>"$LOG" 2>&1 & server=$!
        cat >/dev/null
        kill -INT $server 2>/dev/null; wait $server
        rm -rf "$DIRECTORY"
        """;

    private static readonly Lazy<Task<PostgresCluster>> Lazily = new(() => StartAsync());

    private readonly string _directory;
    private readonly string _bin;
    private readonly List<Process> _keepers = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Task<string>>> _served = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _making = new(1);
    private int _databases;
    private string? _template;

    private PostgresCluster(string directory, string bin) => (_directory, _bin) = (directory, bin);

    /// <summary>The server that all tests share; started when first asked for. Null where PostgreSQL is not installed.</summary>
    public static Task<PostgresCluster> Shared => Lazily.Value;

    public static bool Started => Lazily.IsValueCreated;

    /// <summary>Whether whole bridges of these tests run on PostgreSQL.</summary>
    public static bool Chosen { get; } = Environment.GetEnvironmentVariable("DEVICES_TEST_STORE") == "postgres";

    /// <summary>Where its socket lies.</summary>
    public string Directory => _directory;

    private string DataDirectory => Path.Combine(_directory, "data");

    /// <summary>
    /// Settings that put a bridge of these tests on PostgreSQL, where the environment says DEVICES_TEST_STORE=postgres; else none. The same
    /// data directory keeps its database.
    /// </summary>
    public static async Task<string[]> SettingsAsync(string data)
    {
        if (!Chosen) return [];
        PostgresCluster cluster = await Shared;
        string name = await cluster._served.GetOrAdd(data, _ => new(() => cluster.CreateDatabaseAsync())).Value;
        return ["--Bridge:Store=postgres", $"--Bridge:Postgres:ConnectionFile={cluster.ConnectionFile(name)}"];
    }

    /// <summary>Another, empty database in the place of a data directory's, as after a lost disk: its connection file. Null where bridges are not on PostgreSQL.</summary>
    public static async Task<string?> RenewAsync(string data)
    {
        if (!Chosen) return null;
        PostgresCluster cluster = await Shared;
        string name = await cluster.CreateDatabaseAsync();
        cluster._served[data] = new(() => Task.FromResult(name));
        return cluster.ConnectionFile(name);
    }

    /// <summary>Skips the test where there is no PostgreSQL 15 or newer.</summary>
    public static string Programs()
    {
        string? found = System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.EnumerateDirectories("/usr/lib/postgresql")
                .Where(one => int.TryParse(Path.GetFileName(one), CultureInfo.InvariantCulture, out int version) && version >= 15 && File.Exists(Path.Combine(one, "bin", "postgres")))
                .OrderBy(one => one, StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (found is null) Assert.Skip("PostgreSQL 15 or newer is not installed (/usr/lib/postgresql/*/bin/postgres): apt-get install postgresql, as tools/test does.");
        return Path.Combine(found!, "bin");
    }

    public static async Task<PostgresCluster> StartAsync(params string[] settings)
    {
        string bin = Programs();
        string directory = System.IO.Directory.CreateTempSubdirectory("bridge-pg-").FullName;
        PostgresCluster cluster = new(directory, bin);
        // The server refuses to run as root; its package brings the user postgres.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres:", directory);
        await cluster.AsServerAsync(Path.Combine(bin, "initdb"), "-D", cluster.DataDirectory, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await cluster.RunServerAsync(settings);
        return cluster;
    }

    /// <summary>Starts the server on its directory and waits until it takes connections.</summary>
    public async Task RunServerAsync(params string[] settings)
    {
        ProcessStartInfo start = new("sh") { RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["DIRECTORY"] = _directory;
        start.Environment["LOG"] = Path.Combine(_directory, "log");
        foreach (string argument in (string[])["-c", Keeper, "sh", .. AsServer(), Path.Combine(_bin, "postgres"), "-D", DataDirectory, "-k", _directory,
            "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB", .. settings.SelectMany(one => (string[])["-c", one])])
            start.ArgumentList.Add(argument);
        _keepers.Add(Process.Start(start)!);
        DateTime end = DateTime.UtcNow.AddSeconds(40);
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = new(ConnectionString("postgres"));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException fault)
            {
                if (DateTime.UtcNow > end) throw new InvalidOperationException($"PostgreSQL did not start: {await LogAsync()}", fault);
                await Task.Delay(50);
            }
        }
    }

    /// <summary>SIGKILL to the server and all it has started: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        int server = int.Parse((await File.ReadAllLinesAsync(Path.Combine(DataDirectory, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        foreach (int process in (int[])[server, .. Children(server)])
        {
            using Process victim = Process.GetProcessById(process);
            victim.Kill();
        }
        // Gone, and with them the shared memory that a new server would refuse to start beside.
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (System.IO.Directory.Exists($"/proc/{server}") && DateTime.UtcNow < end) await Task.Delay(20);
    }

    public string ConnectionString(string database) => $"Host={_directory};Database={database};Username={User};Pooling=false";

    /// <summary>A new, empty database; returns its name.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        string name = $"t{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync("postgres", template is null ? $"CREATE DATABASE {name}" : $"CREATE DATABASE {name} TEMPLATE {template}");
        return name;
    }

    /// <summary>A database with the newest schema, copied from one that was migrated once.</summary>
    public async Task<string> CreateMigratedAsync(Func<string, Task> migrate)
    {
        await _making.WaitAsync();
        try
        {
            if (_template is null)
            {
                string made = await CreateDatabaseAsync();
                await migrate(made);
                _template = made;
            }
        }
        finally
        {
            _making.Release();
        }
        return await CreateDatabaseAsync(_template);
    }

    /// <summary>A connection file as the bridge wants it: mode 0600.</summary>
    public string ConnectionFile(string database)
    {
        string file = Path.Combine(_directory, $"{database}.connection");
        File.WriteAllText(file, ConnectionString(database));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using NpgsqlConnection connection = new(ConnectionString(database));
        await connection.OpenAsync();
#pragma warning disable CA2100 // constants of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _making.Dispose();
        foreach (Process keeper in _keepers)
        {
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync();
            keeper.Dispose();
        }
        if (System.IO.Directory.Exists(_directory)) System.IO.Directory.Delete(_directory, recursive: true);
    }

    // The fourth field of /proc/PID/stat, behind the name in brackets, is the parent.
    private static IEnumerable<int> Children(int parent)
    {
        foreach (string directory in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out int process)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(directory, "stat"));
            }
            catch (IOException)
            {
                continue; // ended meanwhile
            }
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture)) yield return process;
        }
    }

    private static string[] AsServer() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : [];

    private Task AsServerAsync(params string[] command) => RunAsync([.. AsServer(), .. command]);

    private static async Task RunAsync(params string[] command)
    {
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (string argument in command.Skip(1)) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)}: {await errors}{await output}");
    }

    private async Task<string> LogAsync() => File.Exists(Path.Combine(_directory, "log")) ? await File.ReadAllTextAsync(Path.Combine(_directory, "log")) : "no log";
}

/// <summary>Ends the shared server after the last test.</summary>
public sealed class PostgresCleanup : IAsyncLifetime
{
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (!PostgresCluster.Started) return;
        try
        {
            await (await PostgresCluster.Shared).DisposeAsync();
        }
        catch (Exception fault) when (fault is not InvalidOperationException)
        {
            // It was never started: those tests were skipped.
        }
    }
}
