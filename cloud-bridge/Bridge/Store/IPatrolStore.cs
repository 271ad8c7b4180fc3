using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>How grave a finding of the patrol is.</summary>
public enum PatrolLevel
{
    /// <summary>Worth knowing.</summary>
    Notice,

    /// <summary>Works, but not for long or not fully.</summary>
    Warning,

    /// <summary>Does not work, or somebody may be cheated.</summary>
    Fault,
}

/// <summary>One thing that the patrol found at a terminal.</summary>
/// <param name="Code">Its sentences are <c>patrol.CODE.found</c>, <c>.means</c> and <c>.remedy</c> among the texts.</param>
/// <param name="Facts">What goes into the sentence's places.</param>
/// <param name="Since">When it was found first, or for what happened once when that was; ms since the Unix epoch.</param>
public sealed record PatrolFinding(string Code, PatrolLevel Level, IReadOnlyList<string> Facts, long Since);

/// <summary>A terminal as the last round left it.</summary>
/// <param name="Score">100 where nothing was found; what somebody has taken note of does not count.</param>
/// <param name="Grade">A, B, C or D.</param>
/// <param name="Was">The grade before the present one; null where there was none.</param>
/// <param name="ChangedAt">Since when it has this grade.</param>
public sealed record PatrolState(string Terminal, string Site, long CheckedAt, int Score, string Grade, string? Was, long ChangedAt, long Queue, IReadOnlyList<PatrolFinding> Findings)
{
    /// <summary>The last change was to the worse.</summary>
    public bool Worsened => Was is not null && string.CompareOrdinal(Grade, Was) > 0;
}

/// <summary>One row of a terminal's history.</summary>
public sealed record PatrolScore(long At, int Score, string Grade, IReadOnlyList<string> Codes);

/// <summary>Somebody has taken note of a finding.</summary>
public sealed record PatrolAck(string Terminal, string Code, PatrolLevel Level, string Actor, string Reason, long At, long Until);

/// <summary>When a ledger was first seen.</summary>
public sealed record LedgerAge(string Terminal, Guid Ledger, long FirstSeenAt);

/// <summary>What terminals told and did, beside their rows: everything a round needs, in a few queries for the whole fleet.</summary>
/// <param name="Happened">By terminal and kind: last time and count since the given time.</param>
/// <param name="Open">By terminal: codes of open exceptions about connections and ledgers.</param>
public sealed record FleetFacts(
    IReadOnlyDictionary<string, TerminalHealth> Health, IReadOnlyDictionary<string, ConfigApplied> Settings, ILookup<string, LedgerAge> Ledgers,
    IReadOnlyDictionary<(string Terminal, string Kind), (long At, long Count)> Happened, ILookup<string, string> Open);

/// <summary>The fleet's patrol.</summary>
public interface IPatrolStore
{
    /// <param name="since">Events before it do not matter any more.</param>
    Task<FleetFacts> FactsAsync(long since, CancellationToken cancellationToken = default);

    /// <summary>Terminals that are not revoked, the worst first.</summary>
    Task<IReadOnlyList<PatrolState>> StatesAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>Keeps what a round found, and a row of history where score or findings changed or a day is over.</summary>
    Task SaveAsync(IReadOnlyList<PatrolState> states, CancellationToken cancellationToken = default);

    /// <summary>A terminal's history, newest first.</summary>
    Task<IReadOnlyList<PatrolScore>> ScoresAsync(SiteScope scope, string terminal, int limit, CancellationToken cancellationToken = default);

    /// <summary>What somebody has taken note of and what has not ended.</summary>
    Task<IReadOnlyList<PatrolAck>> AcksAsync(SiteScope scope, CancellationToken cancellationToken = default);

    /// <summary>Takes note of a finding that the terminal has now, with a row of the audit log in the same transaction; false where it has none.</summary>
    Task<bool> AcknowledgeAsync(SiteScope scope, string terminal, string code, string actor, string reason, long until, string? address, CancellationToken cancellationToken = default);

    /// <summary>It counts again; false where nobody had taken note.</summary>
    Task<bool> WithdrawAsync(SiteScope scope, string terminal, string code, string actor, string? address, CancellationToken cancellationToken = default);

    /// <summary>Removes history before a time.</summary>
    Task<int> ForgetAsync(long before, CancellationToken cancellationToken = default);
}
