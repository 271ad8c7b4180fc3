namespace Devices.Bridge.Exports;

/// <summary>Registers exports.</summary>
public static class ExportsSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Exports</c> cannot work.</exception>
    public static WebApplicationBuilder AddExports(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ExportOptions options = builder.Configuration.GetSection("Bridge:Exports").Read<ExportOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ExportWorker>();
        builder.Services.AddHostedService(s => s.GetRequiredService<ExportWorker>());
        return builder;
    }
}
