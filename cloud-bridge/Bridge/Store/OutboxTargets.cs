using NodaTime;

namespace Devices.Bridge.Store;

/// <summary>The targets whose rows are written with each punch, beside the platform's.</summary>
public sealed class OutboxTargets
{
    private readonly List<(OutboxTarget Target, long From)> _all;

    /// <param name="targets">As configured; two of one name are refused.</param>
    /// <param name="zone">Where days begin.</param>
    /// <exception cref="BridgeStartException">Two have the same name.</exception>
    public OutboxTargets(IEnumerable<OutboxTarget> targets, DateTimeZone zone)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(zone);
        _all = [.. targets.Select(t => (t, t.TryDay(out DateOnly day) ? zone.AtStartOfDay(LocalDate.FromDateOnly(day)).ToInstant().ToUnixTimeMilliseconds() : long.MinValue))];
        if (_all.GroupBy(t => t.Target.Name).FirstOrDefault(g => g.Count() > 1) is { } same) throw new BridgeStartException($"There are two targets called '{same.Key}': give each a name of its own.");
    }

    /// <summary>None: the platform alone.</summary>
    public static OutboxTargets None { get; } = new([], DateTimeZone.Utc);

    /// <summary>All of them, with the earliest time of a punch that each gets.</summary>
    public IReadOnlyList<(OutboxTarget Target, long From)> All => _all;

    /// <summary>The names of those that are told of corrections.</summary>
    public IEnumerable<string> Correctable => _all.Where(t => t.Target.TakesCorrections).Select(t => t.Target.Name);

    /// <summary>The names of those that get a punch of this time.</summary>
    public IEnumerable<string> For(long at) => _all.Where(t => at >= t.From).Select(t => t.Target.Name);
}
