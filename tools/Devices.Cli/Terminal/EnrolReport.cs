namespace Devices.Cli.Terminal;

/// <summary>The <c>--json</c> form of an enrolment.</summary>
public sealed record EnrolReport(int Enrolled, int Refused, List<PersonReport> People, IReadOnlyList<string> Notes);

/// <summary>What happened to one person.</summary>
/// <param name="Reason">Why not enrolled; null where enrolled.</param>
public sealed record PersonReport(string Id, string Name, bool Enrolled, string? Reason, List<PictureReport> Pictures)
{
    /// <summary>Sentences about people whom the face resembles.</summary>
    public List<string> Warnings { get; init; } = [];
}

/// <summary>What happened to one picture.</summary>
/// <param name="Text">The agent's sentence about it.</param>
public sealed record PictureReport(string File, bool Accepted, string? Text);
