using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>What happened to the punches of a time.</summary>
/// <param name="Added">Punches that came.</param>
/// <param name="Changed">Corrections and removals.</param>
public readonly record struct TimeMark(long Added, long Changed);

/// <summary>What a day needs of a punch that counts.</summary>
/// <param name="At">ms since the Unix epoch.</param>
/// <param name="UncertaintyMs">Below 0 where the time is not known.</param>
public readonly record struct DayFact(long Id, PunchKey Key, string Person, long At, long UncertaintyMs, PunchDirection Direction);

/// <summary>A day that was worked out before.</summary>
/// <param name="Stamp">What it was made of.</param>
public sealed record StoredDay(string Day, string Stamp, byte[] Body);

/// <summary>Days as they were worked out, and what tells whether they still hold.</summary>
public interface IDayStore
{
    /// <summary>Hours with any mark, [start, until) in ms since the Unix epoch, rounded outwards to whole hours.</summary>
    Task<IReadOnlyDictionary<long, TimeMark>> HoursAsync(long start, long until, CancellationToken cancellationToken = default);

    /// <summary>Each terminal's site: what a scope of some sites depends on.</summary>
    Task<string> SitesAsync(CancellationToken cancellationToken = default);

    /// <summary>Punches that count with <paramref name="start"/> ≤ at &lt; <paramref name="until"/> that came after the one with number <paramref name="after"/>, by time.</summary>
    Task<IReadOnlyList<DayFact>> FactsAsync(SiteScope scope, long start, long until, long after, CancellationToken cancellationToken = default);

    /// <summary>Those of them that the platform does not have: people and times.</summary>
    Task<IReadOnlyList<(string Person, long At)>> UndeliveredAsync(SiteScope scope, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>Days from one to another, both inclusive; <c>yyyy-MM-dd</c>.</summary>
    Task<IReadOnlyList<StoredDay>> DaysAsync(SiteScope scope, string first, string last, CancellationToken cancellationToken = default);

    /// <summary>The stamps of every day that is stored.</summary>
    Task<IReadOnlyDictionary<string, string>> StampsAsync(SiteScope scope, CancellationToken cancellationToken = default);

    Task KeepAsync(SiteScope scope, StoredDay day, CancellationToken cancellationToken = default);
}
