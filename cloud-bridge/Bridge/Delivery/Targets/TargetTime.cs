namespace Devices.Bridge.Delivery.Targets;

/// <summary>Times that calendars can hold. A terminal's nonsense becomes a dead letter, never a fault of the worker.</summary>
public static class TargetTime
{
    private const long Earliest = 946_684_800_000;     // 2000
    private const long Latest = 253_370_764_800_000;   // 9999

    public static DeliveryOutcome Insane { get; } = new(OutcomeKind.Refused, "reason.time_nonsense");

    /// <summary>Whether a punch's time, ms since the Unix epoch, lies between the years 2000 and 9999.</summary>
    public static bool IsSane(long at) => at is >= Earliest and < Latest;
}
