using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Store;

/// <summary>An open store in a directory of its own.</summary>
public sealed class StoreFixture : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();

    public StoreFixture() => Reopen();

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
        Database = SqliteDatabase.Open(File);
        Punches = new SqlPunchStore(Database, Time);
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
}
