using Devices.Cli.Provisioning.Run;

namespace Devices.Cli.Provisioning;

/// <summary>The <c>--json</c> form of a provisioning.</summary>
/// <param name="State"><c>provisioned</c>, <c>half-provisioned</c>, <c>replacing</c>, <c>waiting</c> (works, certificate still to be fetched) or <c>empty</c>.</param>
/// <param name="Resumed">A key of an earlier, interrupted run was used.</param>
/// <param name="Uplink">What is wrong with the MQTT endpoint; null where it took the certificate or was not tried.</param>
/// <param name="Steps">Each step as the journal has it, in the order in which they ended.</param>
/// <param name="HandOver">Folder of label and sheet.</param>
public sealed record ProvisionResult(
    string State, string? Terminal, string Directory, string? Config, DateTimeOffset? CertificateNotAfter, string? RootSha256, bool Resumed, string? Uplink, IReadOnlyList<JournalStep> Steps, string? HandOver = null);
