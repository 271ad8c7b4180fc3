namespace Devices.Edge.Vision.Match;

/// <summary>What a site wants of its open-set decisions.</summary>
public sealed record DecisionPolicy
{
    /// <summary>Wanted share of strangers who are taken for somebody (FPIR), at the gallery's present size. NIST FRTE 1:N reports at 0.003.</summary>
    public double Fpir { get; init; } = 0.003;

    /// <summary>However small the gallery, the threshold is never looser than at this FMR.</summary>
    public double MaximumFmr { get; init; } = 1e-4;

    /// <summary>Least distance (cosine) between the best person and the next; nearer is ambiguous, never guessed.</summary>
    public float Margin { get; init; } = 0.06f;

    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense.</exception>
    public void Validate()
    {
        if (Fpir is not (> 0 and < 1) || MaximumFmr is not (> 0 and < 1) || Margin is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Fpir), "FPIR and maximum FMR must lie between 0 and 1, the margin between 0 and 1.");
        }
    }
}
