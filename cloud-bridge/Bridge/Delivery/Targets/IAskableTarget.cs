namespace Devices.Bridge.Delivery.Targets;

/// <summary>A target that can be asked whether it has a punch: what is ambiguous is looked for before it is sent again.</summary>
public interface IAskableTarget : ITarget
{
    Task<TargetFinding> FindAsync(TargetPunch punch, CancellationToken cancellationToken);
}

/// <summary>What a target says about a punch.</summary>
/// <param name="Record">The target's own name of its row; null where it has none.</param>
/// <param name="Failure">Why it is not known; null where it is.</param>
public sealed record TargetFinding(string? Record, DeliveryOutcome? Failure)
{
    public static TargetFinding Missing { get; } = new(null, null);
}
