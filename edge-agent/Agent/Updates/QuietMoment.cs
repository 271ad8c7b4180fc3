using Devices.Edge.Agent.Hosting;

namespace Devices.Edge.Agent.Updates;

/// <summary>Whether a restart disturbs nobody now.</summary>
public static class QuietMoment
{
    private static readonly TimeSpan Since = TimeSpan.FromSeconds(20);

    // A sensor that always sees somebody, or a terminal in a place where somebody always stands, does not hold an update up for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);
    private static readonly HashSet<string> SomebodyThere = ["punch", "repeat", "refused", "card", "door", "enrolled", "view"];

    /// <param name="hasController">Whether the MCU is connected; without it, it says nothing about presence.</param>
    /// <param name="absent">The MCU reports nobody.</param>
    /// <param name="waited">For so long already; after twelve hours only entries count.</param>
    public static bool Is(bool hasController, bool absent, TimeSpan waited, IReadOnlyList<NarrationEvent> told, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(time);
        if (hasController && !absent && waited < Patience) return false;
        long from = time.GetUtcNow().Subtract(Since).ToUnixTimeMilliseconds(), now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // A clock that was set back must not hold an update up for ever.
        return !told.Any(one => one.At >= from && one.At <= now && SomebodyThere.Contains(one.Kind));
    }
}
