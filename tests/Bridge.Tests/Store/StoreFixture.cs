using Devices.Bridge.Store;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Store;

/// <summary>Which database a test runs on.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>An open store of its own: a file in a directory, or a database of the shared PostgreSQL.</summary>
public sealed class StoreFixture : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();

    public StoreFixture(StoreKind kind = StoreKind.Sqlite)
    {
        Kind = kind;
        if (kind == StoreKind.Postgres)
        {
            // Off xUnit's own scheduler: waiting on it could wait for itself.
            Cluster = Task.Run(() => PostgresCluster.Shared).GetAwaiter().GetResult();
            DatabaseName = Task.Run(() => Cluster.CreateMigratedAsync(MigrateAsync)).GetAwaiter().GetResult();
        }
        Reopen();
    }

    public StoreKind Kind { get; }
    public PostgresCluster Cluster { get; } = null!;
    public string DatabaseName { get; } = "";
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
    public string File => _directory.File("bridge.db");
    public SqlDatabase Database { get; private set; } = null!;
    public IPunchStore Punches { get; private set; } = null!;
    public IOutboxStore Outbox { get; private set; } = null!;
    public IPeopleStore People { get; private set; } = null!;
    public ITerminalStore Terminals { get; private set; } = null!;
    public IExceptionStore Exceptions { get; private set; } = null!;
    public IFleetStore Fleet { get; private set; } = null!;

    public void Reopen()
    {
        Database = Kind == StoreKind.Sqlite ? SqliteDatabase.Open(File) : PostgresDatabase.Open(Cluster.ConnectionFile(DatabaseName), exclusive: true);
        Punches = new SqlPunchStore(Database, Time, new() { ClockOldDays = 0, ClockBackMinutes = 1_440, ClockAheadMinutes = 1_440 });
        Outbox = new SqlOutboxStore(Database, Time);
        People = new SqlPeopleStore(Database, Time);
        Terminals = new SqlTerminalStore(Database, Time);
        Exceptions = new SqlExceptionStore(Database, Time);
        Fleet = new SqlFleetStore(Database, Time);
    }

    public Task AddTerminalAsync(string name) => Database.WriteAsync(session =>
        session.Execute("INSERT INTO terminals (name, created_at) VALUES (@name, 0)", ("@name", name)));

    public Task<long> CountAsync(string table) => Database.ReadAsync(session => session.Number($"SELECT COUNT(*) FROM {table}"));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _directory.Dispose();
    }

    private async Task MigrateAsync(string database) =>
        await PostgresDatabase.Open(Cluster.ConnectionFile(database), exclusive: false).DisposeAsync();
}
