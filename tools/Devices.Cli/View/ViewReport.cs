namespace Devices.Cli.View;

/// <summary>What <c>devices view --json</c> prints when the page can be opened.</summary>
/// <param name="Address">Works once, for one browser.</param>
public sealed record ViewReport(string Address, int Port, int Minutes);
