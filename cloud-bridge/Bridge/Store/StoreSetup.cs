using Devices.Bridge.Store.Sqlite;

namespace Devices.Bridge.Store;

/// <summary>Registers the store behind its interfaces; only this file names SQLite to the rest.</summary>
public static class StoreSetup
{
    /// <summary>The store is opened when first asked for, in <see cref="BridgeApplication"/>, before anything listens.</summary>
    public static WebApplicationBuilder AddStore(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services => SqliteDatabase.Open(services.GetRequiredService<BridgeOptions>().DatabaseFile));
        builder.Services.AddSingleton<IPunchStore, SqlitePunchStore>();
        builder.Services.AddSingleton<IOutboxStore, SqliteOutboxStore>();
        builder.Services.AddSingleton<IProofStore, SqliteProofStore>();
        builder.Services.AddSingleton<IPeopleStore, SqlitePeopleStore>();
        builder.Services.AddSingleton<ITerminalStore, SqliteTerminalStore>();
        builder.Services.AddSingleton<IFleetStore, SqliteFleetStore>();
        builder.Services.AddSingleton<IExceptionStore, SqliteExceptionStore>();
        builder.Services.AddSingleton<IAccountStore, SqliteAccountStore>();
        builder.Services.AddSingleton<IAuditStore, SqliteAuditStore>();
        builder.Services.AddSingleton<ISettingStore, SqliteSettingStore>();
        return builder;
    }
}
