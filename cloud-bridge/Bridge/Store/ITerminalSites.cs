namespace Devices.Bridge.Store;

/// <summary>One site.</summary>
/// <param name="Name">Empty for the main site: terminals that nobody gave a site.</param>
/// <param name="Records">Sealed records that are kept for it.</param>
public sealed record SiteRow(string Name, long Terminals, long Records);

public enum SiteVerdict
{
    Done,

    /// <summary>There is no such terminal or site.</summary>
    Unknown,

    /// <summary>Nothing to do.</summary>
    Same,

    /// <summary>A site of that name is there already: two sites are not made one by a name.</summary>
    Taken,

    /// <summary>It has consequences that have to be agreed to; nothing was done.</summary>
    Consequences,
}

/// <summary>What became of a change, and what it means.</summary>
/// <param name="From">The site before.</param>
/// <param name="Punches">Stored punches of the terminal: whoever may see the new site sees them, whoever may only see the old one does not any more.</param>
/// <param name="Sharing">Whether the terminal shares faces and cards with the old site's others, which ends.</param>
public sealed record SiteChange(SiteVerdict Verdict, string From, long Punches, bool Sharing);

/// <summary>
/// Which site a terminal belongs to (<c>terminals.site</c>): decides whose pages its punches are on, and with whom it shares faces. Each
/// change is one transaction with its row of the audit log.
/// </summary>
public interface ITerminalSites
{
    Task<IReadOnlyList<SiteRow>> ListSitesAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives a terminal another site. Its old site's others are told that it is no member any more, as of a revoked one.</summary>
    /// <param name="site">Empty for the main site.</param>
    /// <param name="agreed">Whether the consequences are agreed to.</param>
    Task<SiteChange> SetSiteAsync(string terminal, string site, bool agreed, string actor, string? address = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a site another name, for all its terminals and with all it shares; nothing else changes.</summary>
    Task<SiteVerdict> RenameSiteAsync(string from, string name, string actor, string? address = null, CancellationToken cancellationToken = default);
}

/// <summary>What a site may be called.</summary>
public static class SiteNames
{
    public const int MaxLength = 40;

    /// <summary>The word for the main site, whose name is empty.</summary>
    public const string Main = "main";

    /// <summary>The stored name of what somebody typed; null with one sentence where it cannot be one.</summary>
    public static string? Read(string? typed, out string? fault)
    {
        string name = (typed ?? "").Trim();
        fault = name.Length == 0 ? $"Say which site, '{Main}' for the main one."
            : name.Length > MaxLength ? $"A site's name has at most {MaxLength} characters."
            : name.Any(c => char.IsControl(c) || c is ',' or '"' or '<' or '>') ? "A site's name holds no control characters, commas, quotes or angle brackets." : null;
        return fault is not null ? null : name.Equals(Main, StringComparison.OrdinalIgnoreCase) ? "" : name;
    }

    public static string Shown(string name) => string.IsNullOrEmpty(name) ? Main : name;
}
