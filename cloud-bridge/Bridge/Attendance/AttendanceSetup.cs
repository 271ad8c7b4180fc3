namespace Devices.Bridge.Attendance;

/// <summary>Registers the site's plan and what is computed by it.</summary>
public static class AttendanceSetup
{
    /// <exception cref="BridgeStartException">A setting or the plan file cannot be used; the message says why.</exception>
    public static WebApplicationBuilder AddAttendance(this WebApplicationBuilder builder, BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(SitePlan.Of(options.Site));
        builder.Services.AddSingleton<DayBoard>();
        builder.Services.AddSingleton<DaySums>();
        builder.Services.AddSingleton<PeopleOrders>();
        builder.Services.AddSingleton<DaySumKeeper>();
        builder.Services.AddHostedService(s => s.GetRequiredService<DaySumKeeper>());
        builder.Services.AddSingleton<MonthBoard>();
        builder.Services.AddSingleton<PlanWatch>();
        builder.Services.AddSingleton<PlanDesk>();
        builder.Services.AddHostedService(s => s.GetRequiredService<PlanWatch>());
        return builder;
    }
}
