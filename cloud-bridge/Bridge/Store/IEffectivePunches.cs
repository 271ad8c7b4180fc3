namespace Devices.Bridge.Store;

/// <summary>
/// Punches as they count: what terminals recorded, what corrections added, each with its <see cref="StoredPunch.Standing"/>. Whatever
/// judges attendance reads this. The same punches and corrections give the same answer in whichever order they came.
/// </summary>
public interface IEffectivePunches
{
    /// <summary>Every match, newest first, streamed in bounded memory.</summary>
    /// <param name="struckToo">Also those that do not count, for pages that show them struck through.</param>
    IAsyncEnumerable<StoredPunch> StreamAsync(SiteScope scope, PunchFilter filter, bool struckToo, CancellationToken cancellationToken = default);

    /// <summary>What counts with <paramref name="start"/> ≤ at &lt; <paramref name="until"/> (ms since the Unix epoch), by time and then arrival, beginning after the last one of the page before.</summary>
    Task<IReadOnlyList<StoredPunch>> PageAsync(SiteScope scope, long start, long until, (long At, long Id)? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>One person's with <paramref name="start"/> ≤ at &lt; <paramref name="until"/> (ms since the Unix epoch), oldest first, struck ones among them.</summary>
    Task<IReadOnlyList<StoredPunch>> OfPersonAsync(SiteScope scope, string person, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>The same of some people, each one's oldest first.</summary>
    Task<IReadOnlyList<StoredPunch>> OfPeopleAsync(SiteScope scope, IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>The same without the journeys: many people's months are many rows.</summary>
    Task<IReadOnlyList<JudgedPunch>> JudgedAsync(SiteScope scope, IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default);

    /// <summary>Who has a punch that matches, in no order.</summary>
    Task<IReadOnlyList<string>> PeopleAsync(SiteScope scope, PunchFilter filter, CancellationToken cancellationToken = default);

    /// <summary>One punch by the number of its arrival; null where there is none, or not in the scope.</summary>
    Task<StoredPunch?> FindAsync(SiteScope scope, long punchId, CancellationToken cancellationToken = default);

    /// <summary>
    /// A text that is another as soon as a punch between these times came, was corrected or changed its state on the way to the platform: what
    /// was made of them is good for as long as it stays the same. It costs a walk along indexes and no row.
    /// </summary>
    Task<string> MarkAsync(SiteScope scope, long start, long until, CancellationToken cancellationToken = default);
}
