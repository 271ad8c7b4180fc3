using Devices.Bridge.Downlink;
using Devices.Bridge.Ingest;
using Devices.Bridge.Photos;

namespace Devices.Bridge.Scale;

/// <summary>Makes of a whole bridge one node of several. With the role <c>all</c> nothing is changed.</summary>
public static class ScaleSetup
{
    /// <exception cref="BridgeStartException">Settings below <c>Bridge:Engine</c> cannot work, or do not fit the role.</exception>
    public static WebApplicationBuilder AddScale(this WebApplicationBuilder builder, BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        EngineOptions engine = builder.Configuration.GetSection("Bridge:Engine").Read<EngineOptions>();
        if (engine.Check(options.Role) is { } problem) throw new BridgeStartException(problem);
        if (!options.Several) return builder;
        if (builder.Configuration.GetSection("Bridge:Photos").Read<PhotoOptions>().Enabled)
            throw new BridgeStartException($"Bridge:Photos:Enabled is true and Bridge:Role is {options.Role}: photos are files of the one bridge that takes them. Set it to false, or run one bridge.");

        IServiceCollection services = builder.Services;
        services.AddSingleton(engine);
        services.AddSingleton<NodeRules>();
        services.AddSingleton<NodeBook>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeBook>());
        services.AddSingleton(new DownlinkOptions { Shared = true, Keeps = options.Keeps });
        services.AddSingleton<IPresence, SharedPresence>();
        services.AddSingleton<TakeoverWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<TakeoverWatch>());
        if (engine.Kind == EngineOptions.Nats)
        {
            services.AddSingleton<NatsLink>();
            services.AddSingleton<EngineMail>();
            services.AddSingleton<NatsPunchEngine>();
            services.AddSingleton<IPunchEngine>(provider => provider.GetRequiredService<NatsPunchEngine>());
            services.AddHostedService(provider => provider.GetRequiredService<NatsPunchEngine>());
            services.AddHostedService<NatsPunchWriter>();
        }
        RoleTable.Narrow(services, options.Role);
        return builder;
    }
}
