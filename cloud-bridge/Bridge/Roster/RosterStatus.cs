namespace Devices.Bridge.Roster;

/// <summary>How the last pulls went, for the pages. Survives a restart in the settings table.</summary>
/// <param name="LastGoodAt">ms since the Unix epoch; null before the first.</param>
/// <param name="LastTriedAt">ms since the Unix epoch; null before the first.</param>
/// <param name="Problem">Key of the sentence for what is wrong now; null where nothing is.</param>
/// <param name="Detail">The platform's own words.</param>
/// <param name="Missing">People that a held pull no longer names.</param>
/// <param name="Of">People known before that pull.</param>
public sealed record RosterStatus(long? LastGoodAt, long? LastTriedAt, string? Problem, string? Detail, int Missing, int Of)
{
    /// <summary>Key of <see cref="Problem"/> when a pull waits for confirmation.</summary>
    public const string HeldKey = "reason.roster_held";

    /// <summary>Before the first pull.</summary>
    public static RosterStatus Never { get; } = new(null, null, null, null, 0, 0);

    /// <summary>Whether somebody has to confirm a mass disappearance.</summary>
    public bool Held => Problem == HeldKey;
}
