namespace Devices.Bridge.Updates;

/// <summary>Registers updates.</summary>
public static class UpdatesSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Updates</c> cannot work.</exception>
    public static WebApplicationBuilder AddUpdates(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        UpdateOptions options = builder.Configuration.GetSection("Bridge:Updates").Read<UpdateOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<UpdateRepository>();
        builder.Services.AddSingleton<PackageShaper>();
        builder.Services.AddSingleton<RolloutConductor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RolloutConductor>());
        return builder;
    }
}
