using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>A target beside the platform and how it is served.</summary>
/// <param name="Outbox">Its name and what it gets of the past.</param>
/// <param name="Target">The target itself.</param>
/// <param name="Options">How carefully.</param>
public sealed record RegisteredTarget(OutboxTarget Outbox, IDeliveryTarget Target, LaneOptions Options);

/// <summary>Registers targets beside the platform.</summary>
public static class TargetSetup
{
    /// <summary>From the next start on each punch gets a row of this target, and a worker of its own delivers them.</summary>
    /// <param name="target">Name and beginning, from the settings.</param>
    /// <param name="options">From the settings.</param>
    /// <param name="make">Makes the target; its name must be the same.</param>
    /// <exception cref="BridgeStartException">The name or the beginning cannot work.</exception>
    public static IServiceCollection AddDeliveryTarget(this IServiceCollection services, OutboxTarget target, LaneOptions options, Func<IServiceProvider, IDeliveryTarget> make)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Check() is { } problem) throw new BridgeStartException(problem);
        services.AddSingleton(target);
        services.AddSingleton(s => new RegisteredTarget(target, make(s), options));
        return services;
    }
}
