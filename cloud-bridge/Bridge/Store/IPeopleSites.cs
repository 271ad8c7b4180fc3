namespace Devices.Bridge.Store;

/// <summary>A site to which somebody assigned a person.</summary>
/// <param name="Site">Empty for the main site.</param>
public sealed record AssignedSite(string Site, long AssignedAt, string AssignedBy);

public enum AssignVerdict
{
    Done,

    /// <summary>It was so already.</summary>
    Same,

    /// <summary>The roster has no such person, or the scope does not see them.</summary>
    UnknownPerson,

    /// <summary>There is no such site, or it is not in the scope.</summary>
    UnknownSite,

    /// <summary>The person has left.</summary>
    Left,
}

/// <summary>
/// Which people belong to which sites by somebody's word (<c>people_sites</c>): a site sees whoever is assigned to it, before their first
/// punch there and without an enrolment. It takes nothing away: where a person punched or is enrolled they are seen as well.
/// </summary>
public interface IPeopleSites
{
    /// <summary>Those of the scope, by name.</summary>
    Task<IReadOnlyList<AssignedSite>> OfAsync(SiteScope scope, string person, CancellationToken cancellationToken = default);

    /// <summary>Assigns, or takes an assignment away, in one transaction with its row of the audit log. Both the person and the site have to be in the scope.</summary>
    Task<AssignVerdict> AssignAsync(SiteScope scope, string person, string site, bool assigned, string actor, string? address = null, CancellationToken cancellationToken = default);
}
