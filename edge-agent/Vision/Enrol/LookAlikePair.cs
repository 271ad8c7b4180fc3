namespace Devices.Edge.Vision.Enrol;

/// <summary>Two enrolled persons whose faces are hard to tell apart.</summary>
/// <param name="Score">Cosine of their most similar templates.</param>
/// <param name="Confusable">The score reaches the threshold in force: each may be asked for card or PIN at any time. Else it is within the margin below it.</param>
public readonly record struct LookAlikePair(string First, string Second, float Score, bool Confusable);
