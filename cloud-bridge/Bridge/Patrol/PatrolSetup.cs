namespace Devices.Bridge.Patrol;

/// <summary>Registers the patrol.</summary>
public static class PatrolSetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Patrol</c> cannot work.</exception>
    public static WebApplicationBuilder AddPatrol(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PatrolOptions options = builder.Configuration.GetSection("Bridge:Patrol").Read<PatrolOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<PatrolRound>();
        builder.Services.AddSingleton<PatrolService>();
        if (options.EveryMinutes > 0) builder.Services.AddHostedService(services => services.GetRequiredService<PatrolService>());
        return builder;
    }
}
