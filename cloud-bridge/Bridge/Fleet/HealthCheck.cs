using System.Reflection;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Fleet;

/// <summary>Answers <c>/healthz</c>: 200 where the store takes a write and all listeners are up, else 503. Tells nothing secret.</summary>
public sealed class HealthCheck(BridgeOptions options, ISettingStore settings, Listeners listeners, ITerminalConnections connections, StorePressure pressure, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private DateTimeOffset _checkedAt;
    private bool _writable;

    public static string Version { get; } =
        typeof(HealthCheck).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public async Task<IResult> RunAsync(CancellationToken cancellationToken)
    {
        bool writable = await WritableAsync(cancellationToken);
        bool up = listeners.Ready;
        return Results.Json(
            new
            {
                status = writable && up ? "ok" : "failing",
                store = writable ? "writable" : "not writable",
                pressure = pressure.Level switch { PressureLevel.Normal => "normal", PressureLevel.Slow => "slow", _ => "failing" },
                listeners = up ? "up" : "starting",
                terminals_connected = connections.Count,
                version = Version,
                schema = Migrations.Newest,
            },
            statusCode: writable && up ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public void Dispose() => _one.Dispose();

    // A real write, but not one a request: probes may come often and from anybody.
    private async Task<bool> WritableAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_writable && now - _checkedAt < Fresh) return true;
            try
            {
                await settings.SetSettingAsync(options.Several ? $"health {options.Node}" : "health", now.ToString("O", System.Globalization.CultureInfo.InvariantCulture), cancellationToken).WaitAsync(Patience, cancellationToken);
                _writable = true;
            }
            catch (Exception fault) when (fault is StoreUnavailableException or TimeoutException)
            {
                _writable = false;
            }
            _checkedAt = now;
            return _writable;
        }
        finally
        {
            _one.Release();
        }
    }
}
