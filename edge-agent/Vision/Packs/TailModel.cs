namespace Devices.Edge.Vision.Packs;

/// <summary>
/// A generalised Pareto distribution fitted to the impostor scores above <see cref="Above"/> (peaks over threshold;
/// Pickands 1975, Coles 2001 ch. 4), and the points read from it where too few false matches could be counted.
/// </summary>
public sealed record TailModel
{
    /// <summary>How it was fitted and how well it fits, in words.</summary>
    public required string Fit { get; init; }

    /// <summary>Scores above this one were fitted.</summary>
    public required double Above { get; init; }

    /// <summary>Share of impostor comparisons above it.</summary>
    public required double Rate { get; init; }

    /// <summary>Scores above it.</summary>
    public required long Exceedances { get; init; }

    /// <summary>ξ; negative means that scores have an upper end at Above − Scale/Shape.</summary>
    public required double Shape { get; init; }

    /// <summary>σ, in cosine.</summary>
    public required double Scale { get; init; }

    /// <summary>Kolmogorov–Smirnov distance between the fit and the scores.</summary>
    public required double KolmogorovSmirnov { get; init; }

    /// <summary>Fitted points by falling FMR, all rarer than the last measured one.</summary>
    public required IReadOnlyList<CalibrationPoint> Points { get; init; }
}
