using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Devices.Bridge.Tests.Targets;

/// <summary>A composed bridge that does not run: its targets are called by hand.</summary>
internal sealed class TargetBench : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<string> _settings;
    private WebApplication? _app;

    public TargetBench(params string[] settings) => _settings = [.. settings];

    public string Folder => _directory.Path;

    public Action<WebApplicationBuilder>? Configure { get; set; }

    public WebApplication App => _app ??= Build();

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public void Set(params string[] settings) => _settings.AddRange(settings);

    public string File(string name, string text)
    {
        string file = Path.Combine(Folder, name);
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    public WebApplication Build() => BridgeApplication.Build([$"--Bridge:Data={Folder}", "--Bridge:Platform:Kind=none", "--Bridge:Http:Url=http://127.0.0.1:0", .. _settings], builder =>
    {
        builder.Logging.ClearProviders();
        Configure?.Invoke(builder);
    });

    /// <summary>A bench whose platform is at that address.</summary>
    public static TargetBench On(Uri platform, string timeoutSeconds)
    {
        TargetBench bench = new();
        bench.Set("--Bridge:Platform:Kind=dingtalk", $"--Bridge:Platform:OapiUrl={platform}", $"--Bridge:Platform:ApiUrl={platform}", "--Bridge:Platform:AppKey=k", $"--Bridge:Platform:AppSecretFile={bench.File("app-secret", "s")}", $"--Bridge:Platform:TimeoutSeconds={timeoutSeconds}");
        return bench;
    }

    /// <summary>A punch as the outbox hands it over.</summary>
    public static OutgoingPunch Punch(string person = "ada", long? at = null, PunchDirection direction = PunchDirection.None, int attempt = 1, string terminal = "m2-001", long id = 1, LedgerMaker? ledger = null)
    {
        Punch punch = (ledger ?? new LedgerMaker(terminal)).Next(person, at ?? Bench.Now(5)) with { Direction = direction };
        return new(new() { Id = id, Punch = punch, ReceivedAt = punch.At + 1500, Delivery = DeliveryState.Pending }, terminal, attempt);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _directory.Dispose();
    }
}
