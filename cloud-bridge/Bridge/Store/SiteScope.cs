namespace Devices.Bridge.Store;

/// <summary>
/// Which sites somebody may see. A punch belongs to the site of its terminal (<c>terminals.site</c>; without one to the main site, whose
/// name is empty), and so does everything that hangs on a terminal. A person is seen by a site where a punch of theirs was made, where
/// they are enrolled, or to which they were assigned. Every query that gives rows of these takes a scope first and has no default for
/// it: one that forgets it does not compile. The bridge's own work says <see cref="All"/>.
/// </summary>
public sealed class SiteScope
{
    private SiteScope(bool everything, IEnumerable<string> sites) => (Everything, Sites) = (everything, [.. sites.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The name of the main site: terminals without a site.</summary>
    public const string MainSite = "";

    /// <summary>Every site, also those to come, and what belongs to none.</summary>
    public static SiteScope All { get; } = new(true, []);

    /// <summary>No site: sees nothing.</summary>
    public static SiteScope None { get; } = new(false, []);

    /// <summary>Whether nothing is hidden.</summary>
    public bool Everything { get; }

    /// <summary>The sites by name; empty where <see cref="Everything"/>.</summary>
    public IReadOnlyList<string> Sites { get; }

    /// <summary>These sites and no other.</summary>
    public static SiteScope Of(params IEnumerable<string> sites) => new(false, sites);

    /// <summary>Whether a site is in it; null is the main site.</summary>
    public bool Holds(string? site) => Everything || Sites.Contains(site ?? MainSite);

    /// <inheritdoc/>
    public override string ToString() => Everything ? "every site" : Sites.Count == 0 ? "no site" : string.Join(", ", Sites.Select(s => s.Length == 0 ? "(main)" : s));
}
