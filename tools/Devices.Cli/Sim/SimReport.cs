namespace Devices.Cli.Sim;

/// <summary>Where the simulator's page is, printed once it answers.</summary>
public sealed record SimReport(string Address, string Terminal, string Board);
