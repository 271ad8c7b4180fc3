using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>What enrolment asks of the pictures.</summary>
public sealed record EnrolmentOptions
{
    public QualityLimits Quality { get; init; } = QualityLimits.Enrolment;

    /// <summary>Set for live enrolment at a terminal; pictures uploaded by HR are prints by nature.</summary>
    public bool RequireLive { get; init; }

    /// <summary>A second face this much smaller (area) than the largest is a passer-by in the background; 0 refuses every second face.</summary>
    public float IgnoreBelow { get; init; }

    /// <summary>FMR at which the pictures must match each other.</summary>
    public double SamePersonFmr { get; init; } = 1e-2;

    /// <summary>FMR at which a face counts as already belonging to someone else.</summary>
    public double DuplicateFmr { get; init; } = 1e-4;
}
