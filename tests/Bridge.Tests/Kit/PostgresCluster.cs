using System.Collections.Concurrent;
using Devices.PrivateServers;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A private PostgreSQL in a temporary directory, gone with the tests, and its databases by number.</summary>
public sealed class PostgresCluster : PrivatePostgres
{
    private static readonly Lazy<Task<PostgresCluster>> Lazily = new(() => MakeAsync());

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _served = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _making = new(1);
    private int _databases;
    private string? _template;

    private PostgresCluster(string directory, string[] settings) : base(directory, Path.Combine(directory, "log"), settings) => Temporary = true;

    /// <summary>The server that all tests share; started when first asked for. The test that asks is skipped where PostgreSQL is not installed.</summary>
    public static Task<PostgresCluster> Shared => Lazily.Value;

    public static bool Started => Lazily.IsValueCreated;

    /// <summary>Whether whole bridges of these tests run on PostgreSQL.</summary>
    public static bool Chosen { get; } = Environment.GetEnvironmentVariable("DEVICES_TEST_STORE") == "postgres";

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

    /// <summary>A server of the test's own. The test is skipped where PostgreSQL is not installed.</summary>
    public static async Task<PostgresCluster> MakeAsync(params string[] settings)
    {
        if (Programs is null) Assert.Skip($"{Missing[..^1]}, as tools/test does.");
        PostgresCluster cluster = new(System.IO.Directory.CreateTempSubdirectory("bridge-pg-").FullName, settings);
        await cluster.CreateAsync();
        return cluster;
    }

    /// <summary>A new, empty database; returns its name.</summary>
    public Task<string> CreateDatabaseAsync() => NumberedAsync(null);

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
        return await NumberedAsync(_template);
    }

    public override ValueTask DisposeAsync()
    {
        _making.Dispose();
        return base.DisposeAsync();
    }

    private async Task<string> NumberedAsync(string? template)
    {
        string name = $"t{Interlocked.Increment(ref _databases)}";
        await CreateDatabaseAsync(name, template);
        return name;
    }
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
        catch (Exception fault) when (fault is not PrivateServerException)
        {
            // It was never started: those tests were skipped.
        }
    }
}
