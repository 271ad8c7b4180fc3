using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>A whole bridge with a store on disk, delivering to a played platform in real HTTP.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly bool _ownsPlatform;

    private Bench(PlayedPlatform platform, bool ownsPlatform, string folder, IEnumerable<string> settings)
    {
        (Platform, _ownsPlatform, Folder) = (platform, ownsPlatform, folder);
        Settings = [.. settings];
    }

    public PlayedPlatform Platform { get; }
    public string Folder { get; }
    public WebApplication App { get; private set; } = null!;
    public IPunchStore Punches => Get<IPunchStore>();
    public IOutboxStore Outbox => Get<IOutboxStore>();

    /// <summary>A last word on services at the next <see cref="OpenAsync"/>.</summary>
    public Action<WebApplicationBuilder>? Configure { get; set; }

    /// <summary>Settings beside the usual ones, for the next <see cref="OpenAsync"/>.</summary>
    public List<string> Settings { get; set; }

    public Uri Address => new(App.Urls.First(u => u.StartsWith("http://", StringComparison.Ordinal)));

    /// <summary>Settings that make waits short; <c>Verify</c> passes are made by hand.</summary>
    public static IReadOnlyList<string> Arguments(string folder, Uri platform) =>
    [
        $"--Bridge:Data={Path.Combine(folder, "bridge")}",
        "--Bridge:Http:Url=http://127.0.0.1:0", "--urls=http://127.0.0.1:0", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1",
        "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1",
        "--Bridge:Platform:Kind=dingtalk", $"--Bridge:Platform:OapiUrl={platform}", $"--Bridge:Platform:ApiUrl={platform}",
        "--Bridge:Platform:AppKey=dingstandinkey", $"--Bridge:Platform:AppSecretFile={Path.Combine(folder, "secret")}",
        "--Bridge:Platform:PollSeconds=0.02", "--Bridge:Platform:RetrySeconds=0.05", "--Bridge:Platform:SettleSeconds=0.1",
        "--Bridge:Platform:VerifyMinutes=0", "--Bridge:Platform:VerifyAfterMinutes=0", "--Bridge:Platform:ConfigurationRetrySeconds=600",
        "--Bridge:Platform:TimeoutSeconds=2", "--Bridge:Platform:PlanSeconds=0.05", "--Bridge:Platform:ReconcileHour=-1", "--Logging:LogLevel:Default=Warning",
        // Tests make punches of long ago.
        "--Bridge:Ingest:ClockOldDays=0",
    ];

    public static async Task<Bench> StartAsync(PlayedPlatform? platform = null, params IReadOnlyList<string> settings)
    {
        string folder = Directory.CreateTempSubdirectory("bridge-tests-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "bridge"));
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "dingstandinsecret\n");
        Bench bench = new(platform ?? await PlayedPlatform.StartAsync(), platform is null, folder, settings);
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>Bridge and platform at another time.</summary>
    public static async Task<Bench> StartAtAsync(ShiftedClock clock, params IReadOnlyList<string> settings)
    {
        string folder = Directory.CreateTempSubdirectory("bridge-tests-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "bridge"));
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "dingstandinsecret\n");
        Bench bench = new(await PlayedPlatform.StartAsync(null, clock), true, folder, settings)
        {
            Configure = builder => builder.Services.AddSingleton<TimeProvider>(clock),
        };
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>With a last word on services from the first start on.</summary>
    public static async Task<Bench> StartWithAsync(Action<WebApplicationBuilder> configure, params IReadOnlyList<string> settings)
    {
        string folder = Directory.CreateTempSubdirectory("bridge-tests-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "bridge"));
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "dingstandinsecret\n");
        Bench bench = new(await PlayedPlatform.StartAsync(), true, folder, settings) { Configure = configure };
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>The same bridge started again with other settings.</summary>
    public async Task ReopenAsync(params IReadOnlyList<string> settings)
    {
        await CloseAsync();
        Settings.AddRange(settings);
        await OpenAsync();
    }

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Settings of the next <see cref="OpenAsync"/>, over the earlier ones.</summary>
    public void Set(params IReadOnlyList<string> settings) => Settings.AddRange(settings);

    public async Task OpenAsync()
    {
        App = BridgeApplication.Build([.. Arguments(Folder, Platform.Address), .. await Kit.PostgresCluster.SettingsAsync(Folder), .. Settings], builder =>
        {
            builder.Logging.ClearProviders();
            Configure?.Invoke(builder);
        });
        await App.StartAsync();
    }

    public async Task CloseAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }

    public Task AppendAsync(LedgerMaker ledger, params IReadOnlyList<Punch> punches) => Punches.AppendAsync(ledger.Batch(punches));

    public async Task<StoredPunch> FindAsync(Punch punch) => (await Punches.FindAsync(SiteScope.All, new(punch.Terminal, punch.Ledger, punch.Seq)))!;

    public Task<StoredPunch> UntilAsync(Punch punch, DeliveryState state, int seconds = 30) => Until.Async(
        () => FindAsync(punch), p => p.Delivery == state, $"punch {punch.Seq} to be {state}", seconds);

    public async Task<long> MeteredAsync() =>
        await Get<CallBudget>().UsedAsync(Get<IPlatformTarget>(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (_ownsPlatform) await Platform.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public static long Now(int minutesAgo = 0, int seconds = 0) =>
        DateTimeOffset.UtcNow.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds() / 60_000 * 60_000 + (seconds * 1000) + 123;

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
