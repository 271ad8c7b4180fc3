namespace Devices.Bridge;

/// <summary>Reads <see cref="BridgeOptions"/> and refuses nonsense at start with a sentence.</summary>
public static class OptionsSetup
{
    /// <summary>Registers one <see cref="BridgeOptions"/> instance. Later sources win: appsettings, <c>--config</c> file, environment (<c>Bridge__Data</c>), command line.</summary>
    /// <exception cref="BridgeStartException">A value is out of range.</exception>
    public static BridgeOptions AddBridgeOptions(this WebApplicationBuilder builder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        BridgeOptions options = new();
        builder.Configuration.GetSection("Bridge").Bind(options);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        return options;
    }
}
