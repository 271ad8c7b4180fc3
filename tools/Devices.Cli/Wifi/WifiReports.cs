namespace Devices.Cli.Wifi;

/// <summary>The <c>--json</c> form of <c>devices wifi state</c> and <c>join</c>.</summary>
public sealed record WifiReport(bool Ok, string Port, bool Provisioned, ImprovDevice Device, string? Ssid);

/// <summary>The <c>--json</c> form of <c>devices wifi scan</c>.</summary>
public sealed record WifiScanReport(bool Ok, string Port, IReadOnlyList<WifiNetworkSeen> Networks);
