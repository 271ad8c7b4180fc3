namespace Devices.Cli.Terminal;

/// <summary>The <c>--json</c> form of a removal.</summary>
public sealed record RemovedPerson(string Id, bool Removed);
