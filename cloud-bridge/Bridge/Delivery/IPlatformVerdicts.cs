namespace Devices.Bridge.Delivery;

/// <summary>A platform that judges days by its own plan and can be asked how it judged one.</summary>
public interface IPlatformVerdicts
{
    /// <summary>Most people one question may name.</summary>
    int VerdictPersons { get; }

    /// <summary>The day that a moment belongs to there, <c>yyyy-MM-dd</c>.</summary>
    string VerdictDay(long at);

    /// <summary>Asks for the planned points of a day from <paramref name="offset"/> on: one metered call.</summary>
    Task<VerdictAnswer> VerdictsAsync(IReadOnlyList<string> persons, string day, int offset, CancellationToken cancellationToken);
}

/// <summary>A page of points; meaningful only when <paramref name="Outcome"/> is accepted.</summary>
/// <param name="More">Whether further points follow.</param>
public sealed record VerdictAnswer(DeliveryOutcome Outcome, IReadOnlyList<VerdictPoint> Points, bool More);

/// <summary>One planned point of a person's day as the platform judged it.</summary>
/// <param name="Planned">ms since the Unix epoch.</param>
/// <param name="Missing">It says that nobody signed.</param>
public readonly record struct VerdictPoint(string Person, long Planned, bool Missing);
