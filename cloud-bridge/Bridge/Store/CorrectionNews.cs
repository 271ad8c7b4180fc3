namespace Devices.Bridge.Store;

/// <summary>What a correction means for one punch that another system may have: the same for every attempt and every replay.</summary>
/// <param name="Id">The correction.</param>
/// <param name="Counts">Whether the punch counts after it.</param>
/// <param name="DecidedAt">ms since the Unix epoch.</param>
/// <param name="ReasonCode">One of the kinds of reasons; the words of the reason may name people and are told to nobody.</param>
/// <param name="StandIn">The punch that counts in its place, where another person's was meant.</param>
public sealed record CorrectionNews(long Id, CorrectionKind Kind, bool Counts, long DecidedAt, string ReasonCode, StoredPunch? StandIn);
