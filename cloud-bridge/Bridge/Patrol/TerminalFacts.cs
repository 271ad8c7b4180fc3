using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Patrol;

/// <summary>Everything that is known of one terminal when a round comes to it.</summary>
public sealed record TerminalFacts
{
    public required TerminalRow Terminal { get; init; }

    /// <summary>What it told of its parts; null from an earlier version.</summary>
    public TerminalHealth? Health { get; init; }

    /// <summary>Its settings in force; null where it never said.</summary>
    public ConfigApplied? Settings { get; init; }

    public IReadOnlyList<CompletenessRow> Rows { get; init; } = [];

    public IReadOnlyList<LedgerAge> Ledgers { get; init; } = [];

    /// <summary>When its case was opened last, and how often; null where it was not.</summary>
    public (long At, long Count)? Tamper { get; init; }

    /// <summary>When its agent or controller crashed last, and how often.</summary>
    public (long At, long Count)? Crashes { get; init; }

    /// <summary>Codes of open exceptions about its connections and ledgers.</summary>
    public IReadOnlySet<string> Open { get; init; } = new HashSet<string>();

    /// <summary>Punches that waited at the round before; null at the first.</summary>
    public long? QueueBefore { get; init; }

    /// <summary>The newest version of each part that any terminal runs.</summary>
    public IReadOnlyDictionary<string, string> Newest { get; init; } = new Dictionary<string, string>();
}
