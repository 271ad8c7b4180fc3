using System.Globalization;
using Devices.Up;
using Npgsql;

namespace Devices.Faults.World;

/// <summary>A PostgreSQL server of this session's own: a Unix socket, no network.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const string User = "devices";
    private static readonly string[] AsServer = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];
    private readonly string _folder;
    private readonly Part _server;

    private Database(string folder, string bin, string log)
    {
        _folder = folder;
        string[] arguments = [Path.Combine(bin, "postgres"), "-D", Data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB"];
        _server = Environment.IsPrivilegedProcess ? new("PostgreSQL", "/usr/bin/setpriv", [.. AsServer, .. arguments], log) : new("PostgreSQL", arguments[0], arguments[1..], log);
    }

    /// <summary>Where PostgreSQL 15 or newer lies; null where it is not installed.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql")
            .Where(one => int.TryParse(Path.GetFileName(one), CultureInfo.InvariantCulture, out int version) && version >= 15 && File.Exists(Path.Combine(one, "bin", "postgres")))
            .OrderBy(one => one, StringComparer.Ordinal).Select(one => Path.Combine(one, "bin")).FirstOrDefault()
        : null;

    public string ConnectionFile => Path.Combine(_folder, "bridge.connection");

    public string ConnectionString => Of("devices");

    public SmallDisk? Disk { get; private set; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a cluster and starts it, in a temporary directory: the server's account need not be let into this run's own.</summary>
    public static async Task<Database> Make(string log, bool ownDisk, CancellationToken stop)
    {
        string bin = Programs ?? throw new UpFault("PostgreSQL 15 or newer is not installed (/usr/lib/postgresql/*/bin/postgres): apt-get install postgresql.");
        string folder = Directory.CreateTempSubdirectory("faults-pg-").FullName;
        SmallDisk? disk = ownDisk ? await SmallDisk.Mount(folder, 400, stop).ConfigureAwait(false) : null;
        Database database = new(folder, bin, log) { Disk = disk };
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root; its package brings the user postgres.
            await Launch.Run("/usr/bin/chown", ["postgres:", folder], stop).ConfigureAwait(false);
        }
        string[] initdb = [Path.Combine(bin, "initdb"), "-D", database.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        if (Environment.IsPrivilegedProcess) await Launch.Run("/usr/bin/setpriv", [.. AsServer, .. initdb], stop).ConfigureAwait(false);
        else await Launch.Run(initdb[0], initdb[1..], stop).ConfigureAwait(false);
        await database.Start(stop).ConfigureAwait(false);
        await using NpgsqlConnection connection = new(database.Of("postgres"));
        await connection.OpenAsync(stop).ConfigureAwait(false);
        await using NpgsqlCommand command = new("CREATE DATABASE devices", connection);
        await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        await File.WriteAllTextAsync(database.ConnectionFile, database.ConnectionString, stop).ConfigureAwait(false);
        File.SetUnixFileMode(database.ConnectionFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return database;
    }

    /// <summary>Starts the server and waits until it takes connections; nothing where it runs.</summary>
    public async Task Start(CancellationToken stop)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            if (!_server.Running) _server.Start();
            try
            {
                await using NpgsqlConnection connection = new(Of("postgres"));
                await connection.OpenAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
            {
                if (DateTime.UtcNow > end) throw new UpFault($"PostgreSQL did not start: {fault.Message} Its last lines:\n{_server.Tail}");
                await Task.Delay(200, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>SIGKILL to the server and all it has started; nothing is flushed.</summary>
    public async Task Kill()
    {
        if (_server.Id is not { } id || !_server.Running) return;
        int[] children = [.. ProcessTree.Children(id)];
        ProcessTree.Signal(id, ProcessTree.Kill);
        await _server.Kill().ConfigureAwait(false);
        // A new server refuses to start beside what is left of the old one.
        for (int i = 0; i < 200 && children.Any(c => Directory.Exists($"/proc/{c}") && !File.ReadAllText($"/proc/{c}/stat").Contains(") Z ", StringComparison.Ordinal)); i++) await Task.Delay(20).ConfigureAwait(false);
    }

    public void Freeze()
    {
        if (_server.Id is { } id && _server.Running) ProcessTree.Signal(id, ProcessTree.Stop);
    }

    public void Thaw()
    {
        if (_server.Id is { } id && _server.Running) ProcessTree.Signal(id, ProcessTree.Continue);
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await Kill().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        if (Disk is not null) await Disk.Unmount().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private string Of(string database) => $"Host={_folder};Database={database};Username={User};Pooling=false;Timeout=3;Command Timeout=20";
}
