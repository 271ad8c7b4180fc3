using Devices.Bridge.Delivery;

namespace Devices.Bridge.Notices;

/// <summary>Registers work notifications where they are configured, and the day's counts.</summary>
public static class NoticesSetup
{
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static WebApplicationBuilder AddNotices(this WebApplicationBuilder builder, BridgeOptions bridge)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(bridge);
        NoticeOptions options;
        PlatformOptions platform;
        try
        {
            options = builder.Configuration.GetSection("Bridge:Notices").Get<NoticeOptions>() ?? new();
            platform = builder.Configuration.GetSection("Bridge:Platform").Get<PlatformOptions>() ?? new();
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting below Bridge:Notices cannot be read: {fault.InnerException?.Message ?? fault.Message}", fault);
        }

        if (options.Check(platform, bridge.Site) is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<DaySheet>();
        if (!options.Enabled) return builder;
        builder.Services.AddSingleton<WorkNotifications>();
        builder.Services.AddSingleton<NoticeSender>();
        builder.Services.AddSingleton<GuardianFeed>();
        builder.Services.AddSingleton<MissingWatch>();
        builder.Services.AddSingleton<NoticeService>();
        builder.Services.AddHostedService(s => s.GetRequiredService<NoticeService>());
        return builder;
    }
}
