namespace Devices.Cli.Provisioning.Bundles;

/// <summary>The <c>--json</c> form of a bundle that was made.</summary>
public sealed record BundleReport(string File, string Terminal, string? Serial, DateTimeOffset ExpiresAt);
