namespace Devices.Edge.Agent.Gallery;

/// <summary>An enrolled person whom a new face resembles.</summary>
/// <param name="Score">Cosine of the most similar pictures.</param>
public sealed record Resemblance(string Id, string Name, float Score);

/// <summary>Two enrolled persons whose faces are hard to tell apart.</summary>
/// <param name="Confusable">The score reaches the threshold in force: both are asked for card or PIN whenever the faces are that close. Else it is within the margin below it.</param>
public sealed record LookAlike(string FirstId, string FirstName, string SecondId, string SecondName, float Score, bool Confusable);

/// <summary>All of them, and against what they were judged.</summary>
public sealed record LookAlikeReport(int People, int Templates, float Threshold, float Margin, IReadOnlyList<LookAlike> Pairs);
