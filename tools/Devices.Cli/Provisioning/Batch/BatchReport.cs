namespace Devices.Cli.Provisioning.Batch;

/// <summary>One board's result.</summary>
/// <param name="Mcu"><c>set up</c>, <c>failed</c>, or <c>on the board</c> where it is set up there.</param>
public sealed record BatchResult(int Line, string Terminal, string Result, string Bundle, DateTimeOffset? OpensUntil, string Mcu, int Code, string? Fault);

/// <summary>The <c>--json</c> form of a batch.</summary>
public sealed record BatchReport(bool Ok, string Folder, IReadOnlyList<BatchResult> Boards);
