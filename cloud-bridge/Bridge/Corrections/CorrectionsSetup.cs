namespace Devices.Bridge.Corrections;

/// <summary>Registers corrections.</summary>
public static class CorrectionsSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Corrections</c> cannot work.</exception>
    public static WebApplicationBuilder AddCorrections(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CorrectionOptions options = builder.Configuration.GetSection("Bridge:Corrections").Read<CorrectionOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<CorrectionDesk>();
        builder.Services.AddSingleton<LateWatch>();
        builder.Services.AddHostedService(s => s.GetRequiredService<LateWatch>());
        return builder;
    }
}
