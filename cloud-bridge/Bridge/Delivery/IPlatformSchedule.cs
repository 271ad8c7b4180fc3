using NodaTime;

namespace Devices.Bridge.Delivery;

/// <summary>A platform that plans people's days and can be asked how.</summary>
public interface IPlatformSchedule
{
    /// <summary>Most people one question may name.</summary>
    int SchedulePersons { get; }

    /// <summary>Most days one question may span.</summary>
    int ScheduleDays { get; }

    /// <summary>Asks for the planned points of people's days: one metered call.</summary>
    /// <param name="actor">Userid of an administrator of attendance at the platform, in whose name it is asked.</param>
    Task<ScheduleAnswer> ScheduleAsync(string actor, IReadOnlyList<string> persons, LocalDate first, LocalDate last, CancellationToken cancellationToken);
}

/// <summary>The answer: <paramref name="Points"/> is meaningful only when <paramref name="Outcome"/> is accepted.</summary>
public sealed record ScheduleAnswer(DeliveryOutcome Outcome, IReadOnlyList<SchedulePoint> Points);

/// <summary>One planned point of a person's day.</summary>
/// <param name="Day">The attendance day that it belongs to.</param>
/// <param name="At">Wall clock at the platform; may lie on the next day.</param>
public readonly record struct SchedulePoint(string Person, LocalDate Day, LocalDateTime At, bool IsStart);
