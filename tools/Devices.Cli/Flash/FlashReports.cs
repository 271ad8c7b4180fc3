namespace Devices.Cli.Flash;

/// <summary>The <c>--json</c> form of one board's result.</summary>
/// <param name="Error">Null where all went well.</param>
public sealed record BoardReport(string Port, bool Ok, string? Chip, string? Mac, long? FlashBytes, int? Baud, long? BytesWritten, long? BytesSkipped, int? Retries, double Seconds, BoardError? Error);

/// <summary>Why one board failed: exit code, its name, and the two sentences.</summary>
public sealed record BoardError(int Code, string Name, string Message, string Remedy);

/// <summary>The <c>--json</c> form of <c>devices flash write</c>, <c>verify</c>, <c>info</c> and <c>erase</c>.</summary>
public sealed record FlashReport(bool Ok, IReadOnlyList<BoardReport> Boards);

/// <summary>The <c>--json</c> form of <c>devices flash read</c>.</summary>
public sealed record FlashReadReport(bool Ok, string Port, string File, long Address, int Length, string Sha256);
