namespace Devices.Bridge.Alerts;

/// <summary>Registers alerts where a robot is configured.</summary>
public static class AlertsSetup
{
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static WebApplicationBuilder AddAlerts(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AlertOptions options;
        try
        {
            options = builder.Configuration.GetSection("Bridge:Alerts").Get<AlertOptions>() ?? new();
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting below Bridge:Alerts cannot be read: {fault.InnerException?.Message ?? fault.Message}", fault);
        }

        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        if (!options.Enabled) return builder;
        builder.Services.AddSingleton<AlertWatch>();
        builder.Services.AddSingleton<DailyStatistics>();
        builder.Services.AddHttpClient(RobotClient.ClientName, client => client.Timeout = TimeSpan.FromSeconds(10))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
            .RemoveAllLoggers(); // Addresses hold the token.
        builder.Services.AddSingleton<RobotClient>();
        builder.Services.AddSingleton<AlertService>();
        builder.Services.AddHostedService(s => s.GetRequiredService<AlertService>());
        return builder;
    }
}
