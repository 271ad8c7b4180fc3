namespace Devices.Cli.Terminal;

/// <summary>A person to enrol, with the files of their pictures.</summary>
public sealed record Candidate(string Id, string Name, string? Card, IReadOnlyList<string> Pictures);
