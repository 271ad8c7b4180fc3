using Devices.Bridge.Store;

namespace Devices.Bridge.Wifi;

/// <summary>Ends days, removes old reports, and forgets the phones of people who left.</summary>
public sealed class WifiUpkeep(IWifiStore store, WifiDays days, WifiOptions options, TimeProvider clock, ILogger<WifiUpkeep> log)
    : PeriodicService(First, Every, "Wi-Fi days could not be ended and are tried again in a minute.", LogLevel.Error, clock, log)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // Who went just before a day's end is reported some minutes later.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(30);

    private int _looks;

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        int made = await store.CloseAsync(days.TextOf((now - Grace).ToUnixTimeMilliseconds()), cancellationToken);
        if (made > 0) Log.LogInformation("{Count} Wi-Fi punches were made of people's last going.", made);
        if (_looks++ % 60 != 0) return null;
        long before = now.AddDays(-options.KeepDays).ToUnixTimeMilliseconds();
        // A day outlives its reports: one that comes late must find what was made of it already.
        int removed = await store.CleanAsync(before, days.TextOf(now.AddDays(-options.KeepDays - 2).ToUnixTimeMilliseconds()), cancellationToken);
        if (removed > 0) Log.LogInformation("{Count} reports of routers were old enough to go.", removed);
        return null;
    }
}
