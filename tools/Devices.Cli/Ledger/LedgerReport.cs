namespace Devices.Cli.Ledger;

/// <summary>The <c>--json</c> form of <c>devices ledger verify</c>.</summary>
/// <param name="Rows">Punches kept in the file.</param>
/// <param name="Sealed">Of these, with final time and chain value.</param>
/// <param name="Held">Of these, waiting for a trusted clock.</param>
/// <param name="Through">The last seq up to which everything holds.</param>
/// <param name="FirstFaulty">Seq of the first that does not; null where everything holds.</param>
/// <param name="Acknowledged">The bridge's durable watermark as the terminal knows it.</param>
/// <param name="TrimmedThrough">Seq before the first row that is kept.</param>
public sealed record LedgerReport(
    string File, string Terminal, Guid Ledger, bool Whole, long Rows, long Sealed, long Held, long LastSeq, long Through, string Chain,
    long Acknowledged, long TrimmedThrough, long? FirstFaulty, string? Fault);
