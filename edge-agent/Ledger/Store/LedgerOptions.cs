using Devices.Contract.Punches;

namespace Devices.Edge.Ledger.Store;

/// <summary>Settings of a <see cref="LedgerStore"/>.</summary>
public sealed record LedgerOptions
{
    /// <summary>The ledger's file, usually <c>ledger.db</c> in the state directory; made where it is missing.</summary>
    public required string Path { get; init; }

    /// <summary>The terminal's name: 1 to 32 of <c>a-z0-9-</c>.</summary>
    public required string Terminal { get; init; }

    /// <summary>While less than this is free on the file's disk, new punches are refused (never dropped). Bytes.</summary>
    public long ReserveBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Most events kept for the uplink; above it the oldest that do not concern security are dropped and counted.</summary>
    public int MaxEvents { get; init; } = 10_000;

    /// <summary>Assumed drift of the board's crystal when held punches are corrected, parts per million.</summary>
    public int DriftPpm { get; init; } = 100;

    /// <summary>Files up to this size are checked whole at open (<c>quick_check</c>); larger ones by their structure's head and the chain's tail. Bytes.</summary>
    public long FullCheckBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Throws <see cref="ArgumentException"/> with a sentence where a setting makes no sense.</summary>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw new ArgumentException("The ledger's path is empty.");
        if (!PunchRules.IsTerminalName(Terminal)) throw new ArgumentException($"The terminal's name '{Terminal}' is not 1 to 32 of a-z, 0-9 and '-'.");
        if (ReserveBytes < 0) throw new ArgumentException($"ReserveBytes {ReserveBytes} is negative.");
        if (MaxEvents < 10) throw new ArgumentException($"MaxEvents {MaxEvents} is below 10.");
        if (DriftPpm is < 1 or > 10_000) throw new ArgumentException($"DriftPpm {DriftPpm} is not between 1 and 10000.");
    }
}
