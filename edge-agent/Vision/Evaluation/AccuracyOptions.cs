namespace Devices.Edge.Vision.Evaluation;

/// <summary>What an evaluation does.</summary>
public sealed record AccuracyOptions
{
    /// <summary>Pictures enrolled for each person.</summary>
    public int Enrol { get; init; } = 1;

    /// <summary>Probes of one person at most.</summary>
    public int Probes { get; init; } = 10;

    /// <summary>Gallery sizes in persons; null takes the usual ones.</summary>
    public IReadOnlyList<int>? Galleries { get; init; }

    /// <summary>Of every draw.</summary>
    public int Seed { get; init; } = 20260101;
}
