using Devices.Bridge.Exports;

namespace Devices.Bridge.Web.Exports;

/// <summary>Registers what can be exported.</summary>
internal static class ExportsWebSetup
{
    public static IServiceCollection AddWebExports(this IServiceCollection services)
    {
        services.AddSingleton<PunchExport>();
        services.AddSingleton<IExportSource>(s => s.GetRequiredService<PunchExport>());
        services.AddSingleton<RosterOf>();
        services.AddSingleton<IExportSource, DayExport>();
        services.AddSingleton<IExportSource, MonthExport>();
        services.AddSingleton<IExportOwners, ExportOwners>();
        return services;
    }
}
