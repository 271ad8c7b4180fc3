namespace Devices.Cli.Release;

/// <summary>The <c>--json</c> form of every <c>devices release</c> command: where the repository stands.</summary>
/// <param name="Waiting">Drafts that are not signed by enough yet.</param>
public sealed record ReleaseReport(string Directory, IReadOnlyList<ReleaseRole> Roles, IReadOnlyList<ReleaseDocument> Documents, IReadOnlyList<ReleaseDocument> Waiting, IReadOnlyList<ReleasePackageRow> Packages);

public sealed record ReleaseRole(string Role, int Threshold, IReadOnlyList<string> Keys);

/// <param name="Signatures">Valid ones, by the keys that count.</param>
public sealed record ReleaseDocument(string Role, long Version, DateTimeOffset Expires, int Signatures, int Needed);

public sealed record ReleasePackageRow(string Kind, string Name, string Version, string Runtime, long Counter, long Bytes, string Sha256, bool Published);
