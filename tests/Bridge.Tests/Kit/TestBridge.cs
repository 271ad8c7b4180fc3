using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A whole bridge in this process: real sockets, TLS and SQLite on free ports, in a directory of its own.</summary>
public sealed class TestBridge : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();

    private TestBridge() { }

    public WebApplication App { get; private set; } = null!;
    public string Data => _directory.File("data");
    public string Http => Get<Listeners>().Address("http");
    public string Https => Get<Listeners>().Address("https");
    public string Mqtt => Get<Listeners>().Address("mqtt");

    /// <param name="configure">A last word on services, such as a clock.</param>
    public static async Task<TestBridge> StartAsync(Action<WebApplicationBuilder>? configure = null, params string[] settings)
    {
        TestBridge bridge = new();
        await bridge.RunAsync(configure, settings);
        return bridge;
    }

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Stops it and starts it again on the same data.</summary>
    public async Task RestartAsync(Action<WebApplicationBuilder>? configure = null)
    {
        await StopAsync();
        await RunAsync(configure, []);
    }

    public async Task StopAsync()
    {
        await App.StopAsync();
        await Get<SqlDatabase>().DisposeAsync();
        await App.DisposeAsync();
    }

    /// <summary>A claim with the root to pin, as the technician gets it.</summary>
    public async Task<string> ClaimAsync(string? terminal = null, TimeSpan? life = null)
    {
        string code = ClaimCode.Create();
        ClaimCode.TryHash(code, out byte[] hash).ShouldBeTrue();
        long expires = (Get<TimeProvider>().GetUtcNow() + (life ?? TimeSpan.FromHours(1))).ToUnixTimeMilliseconds();
        await Get<IFleetStore>().AddClaimAsync(hash, terminal, expires);
        return ClaimCode.WithRoot(code, Get<CertificateAuthority>().RootFingerprint);
    }

    public async Task<Enrolled> EnrolAsync(string terminal) => await Enrolled.EnrolAsync(Https, terminal, await ClaimAsync(terminal));

    public async Task<TestTerminal> ConnectAsync(string terminal) => await TestTerminal.ConnectAsync(await EnrolAsync(terminal), Mqtt);

    public async Task<ExceptionRow> ExceptionAsync(string code) =>
        (await Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, includeResolved: false, 100)).First(one => one.Code == code);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private async Task RunAsync(Action<WebApplicationBuilder>? configure, string[] settings)
    {
        PrivateFiles.MakeDirectory(Data);
        App = BridgeApplication.Build(
            [$"--Bridge:Data={Data}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1",
                "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Platform:Kind=none",
                // The tests' ledgers lie in a fixed past.
                "--Bridge:Ingest:ClockOldDays=0", .. await PostgresCluster.SettingsAsync(Data), .. settings],
            configure);
        await BridgeProgram.StartAsync(App);
        Get<Listeners>().Ready = true;
    }
}
