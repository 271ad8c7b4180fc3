namespace Devices.Cli.Font;

/// <summary>What <c>devices font</c> made.</summary>
public sealed record FontReport(string File, int Characters, int Height, int Bytes);
