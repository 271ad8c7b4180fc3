using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Web;

namespace Devices.Bridge;

/// <summary>Composes the host: one line a part, each part an extension method in its own folder.</summary>
public static class BridgeApplication
{
    /// <summary>Builds the host from the command line (<c>--Bridge:Key=Value</c>), environment and <c>--config FILE</c>.</summary>
    /// <param name="configure">For tests: a last word on services, such as a clock.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        BridgeOptions options = builder.AddBridgeOptions(args);
        builder.AddStore();
        builder.AddDelivery();
        builder.AddWeb(options);
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.UseWeb();
        return app;
    }
}
