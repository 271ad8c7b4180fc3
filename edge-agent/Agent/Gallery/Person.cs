namespace Devices.Edge.Agent.Gallery;

/// <summary>Somebody enrolled at this terminal.</summary>
/// <param name="Id">The platform's userid.</param>
/// <param name="Name">For the screen and the log.</param>
/// <param name="Cards">UIDs, upper-case hex.</param>
/// <param name="Templates">How many templates there are for each model pack (<c>id@version</c>).</param>
public sealed record Person(string Id, string Name, IReadOnlyList<string> Cards, IReadOnlyDictionary<string, int> Templates)
{
    /// <summary>Whether only this site knows the person: enrolled here, and in no roster of the platform's.</summary>
    public bool Local { get; init; }

    /// <summary>How the person may punch; null for every way.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>What stands against face recognition, as the bridge says (<see cref="Devices.Contract.Messages.FaceConsents"/>); null for nothing.</summary>
    public string? FaceConsent { get; init; }

    /// <summary>Whether the person may punch in this way.</summary>
    public bool May(string method) => Methods?.Contains(method) ?? true;
}
