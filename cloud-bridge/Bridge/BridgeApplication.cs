using Devices.Bridge.Alerts;
using Devices.Bridge.Attendance;
using Devices.Bridge.Corrections;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Targets;
using Devices.Bridge.Downlink;
using Devices.Bridge.Exports;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Logging;
using Devices.Bridge.Roster;
using Devices.Bridge.Scale;
using Devices.Bridge.Notices;
using Devices.Bridge.Operations;
using Devices.Bridge.Patrol;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.Bridge.Store;
using Devices.Bridge.Updates;
using Devices.Bridge.Web;
using Devices.Bridge.Wifi;

namespace Devices.Bridge;

/// <summary>Composes the host: one line a part, each part an extension method in its own folder.</summary>
public static class BridgeApplication
{
    /// <summary>Builds the host from the command line (<c>--Bridge:Key=Value</c>), environment and <c>--config FILE</c>.</summary>
    /// <param name="configure">For tests: a last word on services, such as a clock.</param>
    /// <exception cref="BridgeStartException">A setting is out of range.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Content (wwwroot) lies beside the program, wherever it is started from.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddPlainLog();
        BridgeOptions options = builder.AddBridgeOptions(args);
        builder.AddStore();
        builder.AddAttendance(options);
        builder.AddCorrections();
        builder.AddExports();
        builder.AddDownlink();
        builder.AddIngest();
        builder.AddPhotos();
        builder.AddPrivacy();
        builder.AddWifi();
        builder.AddFleet();
        builder.AddUpdates();
        builder.AddDelivery();
        builder.AddRoster();
        builder.AddTargets();
        builder.AddNotices(options);
        builder.AddPatrol();
        builder.AddAlerts();
        builder.AddOperations();
        if (options.Keeps) builder.AddWeb(options);
        builder.AddScale(options);
        configure?.Invoke(builder);
        builder.WebHost.ConfigureKestrel((_, kestrel) => kestrel.ApplicationServices.GetRequiredService<Listeners>().Configure(kestrel));
        WebApplication app = builder.Build();
        if (!options.Keeps)
        {
            // Nothing for people: only what a balancer or a monitor asks.
            app.MapHealth();
            app.MapOperations();
            return app;
        }
        app.UseWeb();
        app.MapFleet();
        app.MapUpdates();
        app.MapOperations();
        app.MapRoster();
        return app;
    }
}
