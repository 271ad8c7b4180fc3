using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Everything that one evaluation found.</summary>
public sealed record AccuracyResult
{
    public required AccuracyOptions Options { get; init; }

    public required int Persons { get; init; }

    public required int Pictures { get; init; }

    /// <summary>Persons with at least one probe besides the enrolled pictures.</summary>
    public required int MatedPersons { get; init; }

    public required int Unreadable { get; init; }

    /// <summary>Readable pictures in which no face was found, or none that can be compared.</summary>
    public required int Faceless { get; init; }

    /// <summary>Readable pictures with more than one face; the one nearest the centre was taken.</summary>
    public required int SeveralFaces { get; init; }

    /// <summary>Share of the readable pictures in which a face was found.</summary>
    public required double DetectionRate { get; init; }

    public required Interval DetectionInterval { get; init; }

    /// <summary>Persons none of whose pictures could be enrolled (FTE, ISO/IEC 19795-1).</summary>
    public required int FailedToEnrol { get; init; }

    /// <summary>Probes that gave nothing to compare (FTA).</summary>
    public required int FailedToAcquire { get; init; }

    /// <summary>Probes of enrolled persons.</summary>
    public required int Probes { get; init; }

    /// <summary>Pictures that were not used, each with its reason.</summary>
    public required IReadOnlyList<UnusedPicture> NotUsed { get; init; }

    /// <summary>Pictures whose face a terminal's quality gates would refuse, by reason. The evaluation applies no gate.</summary>
    public required IReadOnlyDictionary<QualityReason, int> GateRefusals { get; init; }

    public required Verification Verification { get; init; }

    public required PairScores Pairs { get; init; }

    public required GenuineScores Genuine { get; init; }

    public required TenFold? TenFold { get; init; }

    public required OpenSetEvaluation? OpenSet { get; init; }

    /// <summary>Null where the data are too few for one; <see cref="NoCalibration"/> says why.</summary>
    public required PackCalibration? Calibration { get; init; }

    public required string? NoCalibration { get; init; }
}
