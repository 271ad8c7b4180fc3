using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Devices.PrivateServers;

/// <summary>
/// A PostgreSQL server of one's own: a Unix socket in its directory and no network. It ends with this program; it can be killed whole and started again.
/// </summary>
public class PrivatePostgres(string directory, string log, params string[] settings) : IAsyncDisposable
{
    /// <summary>What to tell where <see cref="Programs"/> is null.</summary>
    public const string Missing = "PostgreSQL 15 or newer is not installed (/usr/lib/postgresql/*/bin/postgres): apt-get install postgresql.";

    private const string User = "devices";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private Kept? _server;

    /// <summary>Where the newest installed PostgreSQL has its programs; null where there is none of version 15 or newer.</summary>
    public static string? Programs { get; } = !System.IO.Directory.Exists("/usr/lib/postgresql")
        ? null
        : System.IO.Directory.EnumerateDirectories("/usr/lib/postgresql")
            .Select(one => (Bin: Path.Combine(one, "bin"), Version: int.TryParse(Path.GetFileName(one), CultureInfo.InvariantCulture, out int version) ? version : 0))
            .Where(one => one.Version >= 15 && File.Exists(Path.Combine(one.Bin, "postgres")))
            .OrderByDescending(one => one.Version).Select(one => one.Bin).FirstOrDefault();

    /// <summary>Where its socket lies. As root it belongs to the user postgres.</summary>
    public string Directory => directory;

    /// <summary>Where its files lie.</summary>
    public string Data { get; init; } = Path.Combine(directory, "data");

    /// <summary>Whether <see cref="Directory"/> goes with the server, also where this program is killed.</summary>
    public bool Temporary { get; init; }

    /// <summary>What a connection string says beside host, database and user.</summary>
    public string Parameters { get; init; } = "Pooling=false";

    /// <summary>The file that takes all it prints, appended.</summary>
    public string Log => log;

    public bool Running => _server is { Alive: true };

    /// <summary>The server and what it has started: one process a connection and some of its own.</summary>
    public IEnumerable<int> Processes => _server is { Alive: true } server ? ProcessFiles.Children(server.Id).Prepend(server.Id) : [];

    /// <summary>Makes the cluster where there is none, and starts it.</summary>
    /// <exception cref="PrivateServerException">PostgreSQL is not installed, or does not start.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken = default)
    {
        string bin = Programs ?? throw new PrivateServerException(Missing);
        System.IO.Directory.CreateDirectory(directory);
        if (!File.Exists(Path.Combine(Data, "PG_VERSION")))
        {
            // The server refuses to run as root; its package brings the user postgres.
            if (Environment.IsPrivilegedProcess) await RunAsync(["chown", "postgres:", directory], cancellationToken).ConfigureAwait(false);
            await RunAsync([.. AsServer(), Path.Combine(bin, "initdb"), "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], cancellationToken).ConfigureAwait(false);
        }
        await StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts the server where it does not run, and waits until it takes connections.</summary>
    /// <exception cref="PrivateServerException">It took none in a minute; with the last lines of its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (true)
        {
            // One that ends itself, as where its disk was full, is started again, as systemd would.
            if (!Running)
            {
                await LetGoAsync(remove: false).ConfigureAwait(false);
                string[] said = ["listen_addresses=", "max_connections=200", "shared_buffers=32MB", .. settings];
                _server = await Kept.StartAsync(log, [.. AsServer(), Path.Combine(Programs!, "postgres"), "-D", Data, "-k", directory, .. said.SelectMany(one => (string[])["-c", one])],
                    end: "INT", folder: Temporary ? directory : null).ConfigureAwait(false);
            }
            try
            {
                await ExecuteAsync("postgres", "SELECT 1", cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException)
            {
                if (DateTime.UtcNow > end) throw new PrivateServerException($"PostgreSQL did not start: {fault.Message} Its last lines:\n{Tail()}", fault);
                await Task.Delay(50, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>SIGKILL to the server and all it has started: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        int[] processes = [.. Processes];
        // The server first: it would start again what it loses.
        foreach (int process in processes) Kept.Kill(process);
        await LetGoAsync(remove: false).ConfigureAwait(false);
        // Gone, and with them the shared memory that a new server would refuse to start beside.
        DateTime end = DateTime.UtcNow + Patience;
        while (processes.Any(ProcessFiles.Alive) && DateTime.UtcNow < end) await Task.Delay(20).ConfigureAwait(false);
    }

    public string ConnectionString(string database) => string.Join(';', ((string[])[$"Host={directory}", $"Database={database}", $"Username={User}", Parameters]).Where(one => one.Length > 0));

    /// <summary>A connection file as the bridge wants it: mode 0600.</summary>
    public string ConnectionFile(string database)
    {
        string file = Path.Combine(System.IO.Directory.CreateDirectory(directory).FullName, $"{database}.connection");
        File.WriteAllText(file, ConnectionString(database));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    /// <summary>A new database: empty, or a copy of another.</summary>
    public Task CreateDatabaseAsync(string name, string? template = null, CancellationToken cancellationToken = default) =>
        ExecuteAsync("postgres", template is null ? $"CREATE DATABASE {name}" : $"CREATE DATABASE {name} TEMPLATE {template}", cancellationToken);

    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken = default)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Pooling = false }.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // what tests and tools say themselves
            NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
            await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Fast shutdown: clients are cut off, nothing is left to recover.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await LetGoAsync(remove: Temporary).ConfigureAwait(false);
        if (Temporary && System.IO.Directory.Exists(directory)) System.IO.Directory.Delete(directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task LetGoAsync(bool remove)
    {
        if (_server is null) return;
        await _server.StopAsync(remove).ConfigureAwait(false);
        _server = null;
    }

    private string Tail() => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(12)) : "(no log)";

    private static string[] AsServer() => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : [];

    private static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0) throw new PrivateServerException($"{string.Join(' ', command)}: {await errors.ConfigureAwait(false)}{await output.ConfigureAwait(false)}");
    }
}
