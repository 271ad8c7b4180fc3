namespace Devices.Cli.Provisioning;

/// <summary>The <c>--json</c> form of a provisioning.</summary>
/// <param name="Resumed">A key of an earlier, interrupted run was used.</param>
/// <param name="Uplink">What is wrong with the MQTT endpoint; null where it took the certificate or was not tried.</param>
public sealed record ProvisionResult(string State, string? Terminal, string Directory, string? Config, DateTimeOffset? CertificateNotAfter, string? RootSha256, bool Resumed, string? Uplink);
