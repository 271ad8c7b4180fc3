using Devices.Bridge.Ingest;
using NodaTime;

namespace Devices.Bridge.Wifi;

/// <summary>Registers what is made of phones that routers see.</summary>
public static class WifiSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Wifi</c> cannot work.</exception>
    public static WebApplicationBuilder AddWifi(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        WifiOptions options = builder.Configuration.GetSection("Bridge:Wifi").Read<WifiOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        IServiceCollection services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(provider => new WifiDays(DateTimeZoneProviders.Tzdb[provider.GetRequiredService<BridgeOptions>().Site.TimeZone], options));
        services.AddSingleton<WifiEar>();
        services.AddSingleton<ITerminalEar>(provider => provider.GetRequiredService<WifiEar>());
        services.AddHostedService<WifiUpkeep>();
        return builder;
    }
}
