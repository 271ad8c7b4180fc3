using Devices.Edge.Agent.Hosting;

namespace Devices.Edge.Agent.Updates;

/// <summary>Whether a restart disturbs nobody now.</summary>
public static class QuietMoment
{
    private static readonly TimeSpan Since = TimeSpan.FromSeconds(20);
    private static readonly HashSet<string> SomebodyThere = ["punch", "repeat", "refused", "card", "door", "enrolled", "view"];

    /// <param name="hasController">Whether the MCU is connected; without it, it says nothing about presence.</param>
    /// <param name="absent">The MCU reports nobody.</param>
    public static bool Is(bool hasController, bool absent, IReadOnlyList<NarrationEvent> told, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(time);
        if (hasController && !absent) return false;
        long from = time.GetUtcNow().Subtract(Since).ToUnixTimeMilliseconds(), now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // A clock that was set back must not hold an update up for ever.
        return !told.Any(one => one.At >= from && one.At <= now && SomebodyThere.Contains(one.Kind));
    }
}
