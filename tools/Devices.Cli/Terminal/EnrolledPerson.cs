namespace Devices.Cli.Terminal;

/// <summary>A person as the terminal knows them.</summary>
/// <param name="Templates">How many views; null where the agent does not say.</param>
public sealed record EnrolledPerson(string Id, string? Name, string? Card, long? Templates, string? Pack);
