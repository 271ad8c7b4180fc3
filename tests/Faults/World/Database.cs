using System.Runtime.InteropServices;
using Devices.PrivateServers;
using Devices.Up;

namespace Devices.Faults.World;

/// <summary>A PostgreSQL server of this session's own, which can stand still and whose disk can be small.</summary>
internal sealed partial class Database : IAsyncDisposable
{
    private const string Name = "devices";
    private const int SigStop = 19, SigCont = 18;
    private readonly PrivatePostgres _server;

    private Database(PrivatePostgres server, SmallDisk? disk) => (_server, Disk) = (server, disk);

    public string ConnectionFile => _server.ConnectionFile(Name);

    public string ConnectionString => _server.ConnectionString(Name);

    public SmallDisk? Disk { get; }

    /// <summary>Makes a cluster and starts it, in a temporary directory: the server's account need not be let into this run's own.</summary>
    public static async Task<Database> Make(string log, bool ownDisk, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("faults-pg-").FullName;
        SmallDisk? disk = ownDisk ? await SmallDisk.Mount(folder, 400, stop).ConfigureAwait(false) : null;
        Database database = new(new(folder, log) { Parameters = "Pooling=false;Timeout=3;Command Timeout=20" }, disk);
        await Plainly(database._server.CreateAsync(stop)).ConfigureAwait(false);
        await database._server.CreateDatabaseAsync(Name, cancellationToken: stop).ConfigureAwait(false);
        return database;
    }

    /// <summary>Starts the server and waits until it takes connections; nothing where it runs.</summary>
    public Task Start(CancellationToken stop) => Plainly(_server.StartAsync(stop));

    /// <summary>SIGKILL to the server and all it has started; nothing is flushed.</summary>
    public Task Kill() => _server.KillAsync();

    public void Freeze() => Signal(SigStop);

    public void Thaw() => Signal(SigCont);

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await Kill().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        if (Disk is not null) await Disk.Unmount().ConfigureAwait(false);
        Directory.Delete(_server.Directory, recursive: true);
    }

    private void Signal(int signal)
    {
        foreach (int process in _server.Processes.ToArray()) _ = SendSignal(process, signal);
    }

    private static async Task Plainly(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (PrivateServerException fault)
        {
            throw new UpFault(fault.Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
