using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Planning;
using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Delivery.Schedules;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Delivery;

/// <summary>Registers delivery for the configured platform.</summary>
public static class DeliverySetup
{
    /// <summary>Reads <c>Bridge:Platform</c>; with <c>none</c> only the status and options are there, for the pages.</summary>
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static WebApplicationBuilder AddDelivery(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IConfigurationSection section = builder.Configuration.GetSection("Bridge:Platform");
        PlatformOptions platform = Bind<PlatformOptions>(section);
        DingTalkOptions dingTalk = Bind<DingTalkOptions>(section);
        if (platform.Check(dingTalk) is { } problem) throw new BridgeStartException(problem);

        IServiceCollection services = builder.Services;
        services.AddSingleton(platform);
        services.AddSingleton<DeliveryStatus>();
        services.AddSingleton<CallBudget>();
        services.AddSingleton<DeviceNames>();
        services.AddSingleton<TargetHost>();
        services.AddSingleton<DeliveryReporter>();
        services.AddHostedService(s => s.GetRequiredService<TargetHost>());
        if (!platform.Enabled)
            return string.IsNullOrWhiteSpace(builder.Configuration["Bridge:Site:Plan"]) ? builder : throw new BridgeStartException("Bridge:Site:Plan is platform, but there is none: set Bridge:Platform:Kind, or Bridge:Site:PlanFile instead.");
        if (platform.Sends == SendPolicy.ShiftWindows && string.IsNullOrWhiteSpace(builder.Configuration["Bridge:Site:Shift"]) && string.IsNullOrWhiteSpace(builder.Configuration["Bridge:Site:PlanFile"]) && string.IsNullOrWhiteSpace(builder.Configuration["Bridge:Site:Plan"]))
            throw new BridgeStartException("Bridge:Platform:Policy is shift-windows, but the site has no shift: set Bridge:Site:Shift or Bridge:Site:PlanFile, or use all or first-last.");

        services.AddSingleton(dingTalk);
        services.AddHttpClient(DingTalkHttp.ClientName, client =>
        {
            client.Timeout = TimeSpan.FromSeconds(dingTalk.TimeoutSeconds);
            client.DefaultRequestHeaders.UserAgent.ParseAdd("devices-bridge");
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // A redirect would carry the token elsewhere; none is documented.
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(5, dingTalk.TimeoutSeconds)),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
        }).RemoveAllLoggers(); // Addresses hold the token.
        services.AddSingleton<DingTalkHttp>();
        services.AddSingleton<AccessTokenSource>();
        services.AddSingleton<DingTalkClient>();
        services.AddSingleton<IPlatformTarget, DingTalkTarget>();
        services.AddSingleton(s => new DeliveryLane(OutboxTarget.Platform, s.GetRequiredService<DeliveryStatus>(), platform, platform.SettleSeconds));
        services.AddSingleton(s => new SendPlan(
            s.GetRequiredService<Attendance.SitePlan>(), DateTimeZoneProviders.Tzdb[s.GetRequiredService<BridgeOptions>().Site.TimeZone], platform));
        services.AddSingleton<BudgetWatch>();
        services.AddSingleton<SendJudge>();
        services.AddSingleton<DeferredKeeper>();
        services.AddSingleton<PlatformWork>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton<LateVerdicts>();
        services.AddSingleton<ReconcileService>();
        services.AddSingleton<Prover>();
        services.AddSingleton<OutcomeHandler>();
        services.AddSingleton<Settler>();
        services.AddSingleton<DeliveryWorker>();
        services.AddSingleton<Verifier>();
        services.AddSingleton<IPlatformSchedule, DingTalkSchedule>();
        services.AddSingleton<PlatformPlanPull>();
        if (!string.IsNullOrWhiteSpace(builder.Configuration["Bridge:Site:Plan"])) services.AddHostedService(s => s.GetRequiredService<PlatformPlanPull>());
        services.AddHostedService(s => s.GetRequiredService<DeliveryWorker>());
        services.AddHostedService(s => s.GetRequiredService<Verifier>());
        services.AddHostedService(s => s.GetRequiredService<DeferredKeeper>());
        services.AddHostedService(s => s.GetRequiredService<ReconcileService>());
        return builder;
    }

    private static T Bind<T>(IConfigurationSection section)
        where T : new()
    {
        try
        {
            return section.Get<T>() ?? new T();
        }
        catch (InvalidOperationException exception)
        {
            // The binder's own message names the key and the value; the inner one only the value.
            throw new BridgeStartException($"A setting cannot be read: {exception.Message}", exception);
        }
    }
}
