using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Match;

/// <summary>
/// Turns a gallery match into accept, ambiguous or unknown. A stranger is compared with all N templates, so with
/// independent comparisons FPIR = 1 − (1 − FMR)^N, and the wanted FPIR needs FMR = 1 − (1 − FPIR)^(1/N)
/// (Grother and Phillips; NIST FRTE 1:N uses the same open-set view). N counts templates, not persons: more views of a person are
/// more chances for a stranger. The pack's calibration gives the threshold at that FMR. Thread-safe: the pipeline decides while others ask
/// for the threshold in force.
/// </summary>
public sealed class OpenSetDecider
{
    private readonly PackCalibration _calibration;
    private readonly DecisionPolicy _policy;

    // Size and threshold in one object, so that no thread ever pairs the one with the other's.
    private volatile Cached? _cached;

    public OpenSetDecider(PackCalibration calibration, DecisionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();
        _calibration = calibration;
        _policy = policy;
    }

    /// <summary>FMR that keeps <paramref name="fpir"/> over <paramref name="templates"/> comparisons.</summary>
    public static double FmrFor(double fpir, int templates) =>
        // −expm1(log1p(−FPIR)/N), written for small values without losing digits.
        templates <= 1 ? fpir : -Expm1(Math.Log(1 - fpir) / templates);

    /// <summary>The threshold at a gallery size.</summary>
    public CalibratedThreshold ThresholdFor(int templates)
    {
        if (_cached is not { } known || known.Templates != templates)
        {
            _cached = known = new Cached(templates, _calibration.ThresholdFor(Math.Min(FmrFor(_policy.Fpir, templates), _policy.MaximumFmr)));
        }

        return known.Threshold;
    }

    public OpenSetDecision Decide(in GalleryMatch match)
    {
        var threshold = ThresholdFor(match.Templates);
        var verdict = match.Best.Person is null || !(match.Best.Score >= threshold.Threshold) ? OpenSetVerdict.Unknown
            : match.Second.Person is not null && match.Margin < _policy.Margin ? OpenSetVerdict.Ambiguous
            : OpenSetVerdict.Accept;
        return new OpenSetDecision(verdict, match, threshold.Threshold, threshold.Basis);
    }

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    private sealed record Cached(int Templates, CalibratedThreshold Threshold);
}
