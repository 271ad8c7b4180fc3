using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets;

/// <summary>Registers the targets beside the platform that are configured.</summary>
public static class TargetsSetup
{
    /// <summary>Reads <c>Bridge:Webhook</c>, <c>Bridge:ErpNext</c> and <c>Bridge:CsvDrop</c>.</summary>
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static WebApplicationBuilder AddTargets(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddWebhook(builder.Services, Read<WebhookOptions>(builder, "Webhook", o => o.Check()));
        AddErpNext(builder.Services, Read<ErpNextOptions>(builder, "ErpNext", o => o.Check()));
        AddCsvDrop(builder.Services, Read<CsvDropOptions>(builder, "CsvDrop", o => o.Check()));
        return builder;
    }

    private static void AddWebhook(IServiceCollection services, WebhookOptions options)
    {
        if (!options.Enabled) return;
        services.AddSingleton(options);
        TimeSpan timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        services.AddHttpClient(WebhookTarget.ClientName, client =>
        {
            client.Timeout = timeout;
            client.DefaultRequestHeaders.UserAgent.ParseAdd("devices-bridge");
        }).ConfigurePrimaryHttpMessageHandler(() => AddressGuard.Handler(options.AllowPrivateAddresses, timeout < TimeSpan.FromSeconds(5) ? timeout : TimeSpan.FromSeconds(5))).RemoveAllLoggers(); // An address may hold a key.
        services.AddSingleton<WebhookSwitch>();
        services.AddSingleton<WebhookTarget>();
        services.AddSingleton<WebhookDesk>();
        services.AddDeliveryTarget(new OutboxTarget("webhook", options.From) { TakesCorrections = true }, options, s => s.GetRequiredService<WebhookTarget>());
    }

    private static void AddErpNext(IServiceCollection services, ErpNextOptions options)
    {
        if (!options.Enabled) return;
        services.AddSingleton(options);
        services.AddHttpClient(ErpNextClient.ClientName, client =>
        {
            client.Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
            client.DefaultRequestHeaders.UserAgent.ParseAdd("devices-bridge");
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // A redirect would carry the token elsewhere.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(5, options.TimeoutSeconds)),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        }).RemoveAllLoggers();
        services.AddSingleton<ErpNextClient>();
        services.AddSingleton<ErpNextTarget>();
        services.AddSingleton<ErpNextReturn>();
        services.AddHostedService(s => s.GetRequiredService<ErpNextReturn>());
        services.AddDeliveryTarget(new OutboxTarget("erpnext", options.From) { TakesCorrections = true }, options, s => s.GetRequiredService<ErpNextTarget>());
    }

    private static void AddCsvDrop(IServiceCollection services, CsvDropOptions options)
    {
        if (!options.Enabled) return;
        services.AddSingleton(options);
        services.AddSingleton<CsvDropTarget>();
        services.AddSingleton<CsvDropService>();
        services.AddHostedService(s => s.GetRequiredService<CsvDropService>());
        services.AddDeliveryTarget(new OutboxTarget(CsvDropTarget.TargetName, options.From), options, s => s.GetRequiredService<CsvDropTarget>());
    }

    private static T Read<T>(WebApplicationBuilder builder, string section, Func<T, string?> check)
        where T : new()
    {
        T options;
        try
        {
            options = builder.Configuration.GetSection($"Bridge:{section}").Get<T>() ?? new();
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting below Bridge:{section} cannot be read: {fault.InnerException?.Message ?? fault.Message}", fault);
        }

        return check(options) is { } problem ? throw new BridgeStartException(problem) : options;
    }
}
