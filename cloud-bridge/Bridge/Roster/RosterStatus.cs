namespace Devices.Bridge.Roster;

/// <summary>How the last pulls went, for the pages. Survives a restart in the settings table.</summary>
/// <param name="LastGoodAt">ms since the Unix epoch; null before the first.</param>
/// <param name="LastTriedAt">ms since the Unix epoch; null before the first.</param>
/// <param name="Problem">Key of the sentence for what is wrong now; null where nothing is.</param>
/// <param name="Detail">The platform's own words.</param>
/// <param name="Missing">People that the platform no longer names and that are held.</param>
/// <param name="Of">People known before that.</param>
public sealed record RosterStatus(long? LastGoodAt, long? LastTriedAt, string? Problem, string? Detail, int Missing, int Of)
{
    /// <summary>Key of <see cref="Problem"/> when a disappearance waits for confirmation.</summary>
    public const string HeldKey = "reason.roster_held";

    /// <summary>Before the first pull.</summary>
    public static RosterStatus Never { get; } = new(null, null, null, null, 0, 0);

    /// <summary>Userids of <see cref="Missing"/>: a confirmation is for these and nobody else.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];

    /// <summary>Userids that somebody decided to keep although the platform does not name them; forgotten when it names them again.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];

    /// <summary>When a disappearance was last confirmed: those leavers do not count towards the next hold. ms since the Unix epoch.</summary>
    public long ConfirmedAt { get; init; }

    /// <summary>Whether somebody has to decide about a mass disappearance.</summary>
    public bool Held => Problem == HeldKey;
}
