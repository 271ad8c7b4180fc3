namespace Devices.Edge.Vision.Match;

/// <summary>A person and the cosine of their best template; <see cref="None"/> where there is nobody.</summary>
public readonly record struct Candidate(string? Person, float Score)
{
    public static Candidate None { get; } = new(null, -1f);
}
