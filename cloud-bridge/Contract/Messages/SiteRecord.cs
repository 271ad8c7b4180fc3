namespace Devices.Contract.Messages;

/// <summary>
/// <c>vault</c>, up, QoS 1: what a site's terminals tell each other through the bridge. <see cref="Body"/> is sealed for them; the bridge keeps
/// the newest of each slot, hands it on, and cannot read it. PUBACK means kept.
/// </summary>
public sealed record SiteRecord
{
    /// <summary>One of <see cref="SiteKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Who wrote it; for <c>revoked</c> whom the bridge revoked.</summary>
    public required string Terminal { get; init; }

    /// <summary>For <c>grant</c>: the only terminal that can open it.</summary>
    public string? To { get; init; }

    /// <summary>For <c>person</c> and <c>erase</c>: the userid.</summary>
    public string? Person { get; init; }

    /// <summary>For <c>person</c>: the model pack of its templates, <c>id@version</c>; empty for a person with cards only.</summary>
    public string? Pack { get; init; }

    /// <summary>Counts up for each person; of two the higher holds, of two equal ones that of the terminal later in the alphabet.</summary>
    public long Version { get; init; }

    /// <summary>Which site key it is sealed with: 32 hex digits.</summary>
    public string? Key { get; init; }

    /// <summary>Base64.</summary>
    public required string Body { get; init; }
}

/// <summary>The kinds of <see cref="SiteRecord"/>.</summary>
public static class SiteKinds
{
    /// <summary>A terminal's exchange key, signed with the key of its certificate.</summary>
    public const string Member = "member";

    /// <summary>The site key, for one terminal (HPKE, RFC 9180).</summary>
    public const string Grant = "grant";

    /// <summary>Which exchange keys belong to the site, sealed with the site key.</summary>
    public const string Roll = "roll";

    /// <summary>Name, cards and templates of a person, sealed with the site key.</summary>
    public const string Person = "person";

    /// <summary>A person was erased at a terminal; sealed, so that only a terminal of the site can say so.</summary>
    public const string Erase = "erase";

    /// <summary>Down only: the bridge revoked a terminal. The others make a new key.</summary>
    public const string Revoked = "revoked";

    public static bool IsKnown(string kind) => kind is Member or Grant or Roll or Person or Erase or Revoked;
}

/// <summary><c>relay</c>, down, QoS 1: records that follow a revision, oldest first.</summary>
public sealed record RelayMessage
{
    /// <summary>Which count of revisions this is.</summary>
    public required Guid Line { get; init; }

    /// <summary>The revision that it follows; 0 for all there is.</summary>
    public required long From { get; init; }

    public required long Through { get; init; }

    /// <summary>Whose records these are, opaque; another one than before means that the terminal was given another site. Null from an older bridge.</summary>
    public string? Exchange { get; init; }

    /// <summary>The site's name, for people; empty for the main one.</summary>
    public string? Site { get; init; }

    public required IReadOnlyList<SiteRecord> Records { get; init; }

    /// <summary>Whether nothing more was there when it was sent.</summary>
    public bool Last { get; init; }
}

/// <summary>Where the terminal stands with the site's records.</summary>
public sealed record RelayApplied
{
    public required Guid Line { get; init; }

    public required long Revision { get; init; }

    /// <summary>The name under which it knows its site; null where no bridge has told one.</summary>
    public string? Site { get; init; }

    public string? Problem { get; init; }
}
