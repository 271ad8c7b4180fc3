using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>What enrolment asks of the pictures. The README of Vision says how the numbers were found.</summary>
public sealed record EnrolmentOptions
{
    public QualityLimits Quality { get; init; } = QualityLimits.Enrolment;

    /// <summary>A second face this much smaller (area) than the largest is a passer-by in the background; 0 refuses every second face.</summary>
    public float IgnoreBelow { get; init; }

    /// <summary>
    /// FMR at which a picture counts as the same person as the others: the chance that somebody else's picture passes. It is divided by the
    /// number of pictures compared with, since one link is enough.
    /// </summary>
    public double SamePersonFmr { get; init; } = 1e-2;

    /// <summary>FMR at which a face counts as already belonging to someone else, however small the gallery.</summary>
    public double DuplicateFmr { get; init; } = 1e-4;

    /// <summary>
    /// Wanted share of new people who are wrongly held for somebody enrolled, at the gallery's size: in a gallery of thousands a fixed FMR
    /// would refuse honest people every day.
    /// </summary>
    public double DuplicateFpir { get; init; } = 0.01;

    /// <summary>The site's policy of decisions: look-alikes are told against the threshold and the margin that recognition uses.</summary>
    public DecisionPolicy Policy { get; init; } = new();

    /// <summary>Most templates kept of one person. More views are more chances for a stranger too, so the threshold grows with them.</summary>
    public int MaximumTemplates { get; init; } = 5;

    /// <summary>Two pictures at least this alike (cosine) are one view; the better one is kept.</summary>
    public float NearlySame { get; init; } = 0.95f;
}
