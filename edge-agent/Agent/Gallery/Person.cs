namespace Devices.Edge.Agent.Gallery;

/// <summary>Somebody enrolled at this terminal.</summary>
/// <param name="Id">The platform's userid.</param>
/// <param name="Name">For the screen and the log.</param>
/// <param name="Cards">UIDs, upper-case hex.</param>
/// <param name="Templates">How many templates there are for each model pack (<c>id@version</c>).</param>
public sealed record Person(string Id, string Name, IReadOnlyList<string> Cards, IReadOnlyDictionary<string, int> Templates);
