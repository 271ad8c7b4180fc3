using System.Globalization;
using System.Text;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Accuracy;

/// <summary>The report as Markdown: every figure with what stands behind it, and what it does not show.</summary>
public static class AccuracyMarkdown
{
    public static string Of(AccuracyResult result, PackManifest pack, string data, string command, IReadOnlyDictionary<string, string> same)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(pack);
        var text = new StringBuilder();
        void Say(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        void Lines(string lines) => text.Append(lines).Append('\n');
        AccuracyOptions o = result.Options;
        Verification v = result.Verification;
        Say($"# Accuracy of {pack.Id}, measured on {data}");
        Say($"\nMade by `{command}`; not written by hand. Single pictures, the face nearest the centre, no quality gate applied, draws by seed {o.Seed}. Intervals are 95 %, by drawing persons anew ({PersonBootstrap.Replicates:N0} times).");
        Lines("A terminal decides on the best of at least three frames and asks for a margin to the next person, so these single-picture figures are not its punch rates.\n");
        Lines("## Data\n");
        Lines("| what | count |\n| --- | --- |");
        Say($"| pictures | {result.Pictures:N0} of {result.Persons:N0} persons |");
        Say($"| cannot be read | {result.Unreadable:N0} |");
        Say($"| detection rate (of those read) | {Percent(result.DetectionRate)} ({Percent(result.DetectionInterval.Low)} to {Percent(result.DetectionInterval.High)}) |");
        Say($"| without a usable face | {result.Faceless:N0} |");
        Say($"| with more than one face | {result.SeveralFaces:N0} |");
        Say($"| enrolled | the first {(o.Enrol == 1 ? "picture" : $"{o.Enrol} pictures")} of a person that shows a face; failed to enrol: {result.FailedToEnrol:N0} of {result.Persons:N0} persons |");
        Say($"| probes | the following ones, at most {o.Probes} a person: {result.Probes:N0} of {result.MatedPersons:N0} persons; failed to acquire: {result.FailedToAcquire:N0} |");
        Say($"| one photograph under two names | {result.Pairs.SamePhotographs.Count:N0} pairs, left out of every impostor figure |");
        if (same.Count > 0) Say($"| one person under two names, joined | {string.Join("; ", same.Select(p => $"`{p.Key}` = `{p.Value}`"))} |");
        int gated = result.GateRefusals.Values.Sum();
        Say($"| a terminal's quality gates would refuse | {gated:N0}{(gated == 0 ? "" : ": " + string.Join(", ", result.GateRefusals.OrderByDescending(g => g.Value).Select(g => FormattableString.Invariant($"{g.Key} {g.Value}"))))} |\n");
        Verify(result, Say, Lines);
        Tail(v, Say, Lines);
        if (result.TenFold is { } ten)
        {
            Lines("## Pairs in ten folds\n");
            Say($"{ten.SamePairs:N0} same and {ten.DifferentPairs:N0} different pairs of {ten.Pictures:N0} pictures, drawn as in Labeled Faces in the Wild (persons stay within a fold; each fold judged at the threshold best for the other nine): accuracy **{Percent(ten.Accuracy)} ± {Percent(ten.Deviation)}**, thresholds {ten.LowestThreshold:0.000} to {ten.HighestThreshold:0.000}. The measure is saturated; the tables around it say more.\n");
        }

        OpenSet(result, Say, Lines);
        Suspects(result, Say, Lines);
        Lines("## What this does not show\n");
        Say($"- Other people than these. By group (age, sex, origin) nothing is known here: the data carry no such labels. Run `devices accuracy` on your own people.");
        Lines("- Comparisons share pictures and persons. The intervals draw persons anew, which covers that; the goodness of the tail's fit takes scores for independent and is therefore only a check.");
        Lines("- The calibration and the open-set figures come from the same pictures. What a new set of people would give may differ by more than the intervals.");
        Lines("- Nothing of liveness, of cameras, of light, or of the years between enrolment and punch.");
        return text.ToString();
    }

    private static void Verify(AccuracyResult result, Action<FormattableString> say, Action<string> lines)
    {
        Verification v = result.Verification;
        lines("## 1:1\n");
        say($"FMR from {v.ImpostorComparisons:N0} comparisons of different people (every picture with every other). FNMR from {v.GenuineComparisons:N0} comparisons of {v.GenuinePersons:N0} enrolled persons with their probes; the last column takes all {v.AllGenuinePairs:N0} genuine pairs, in which often photographed persons count by the thousand.\n");
        lines("| FMR | threshold (95 %) | false matches | FNMR (95 %) | misses | FNMR of all pairs | rests on |\n| --- | --- | --- | --- | --- | --- | --- |");
        foreach (OperatingPoint p in v.Points)
        {
            if (p.Support == Support.None) say($"| {p.Fmr:0e0} | – | – | – | – | – | nothing: {Verification.Enough / p.Fmr:N0} comparisons would count it |");
            else say($"| {p.Fmr:0e0} | {p.Threshold:0.0000} ({p.ThresholdInterval.Low:0.000} to {p.ThresholdInterval.High:0.000}) | {p.FalseMatches:N0} | {Percent(p.Fnmr)} ({Percent(p.FnmrInterval.Low)} to {Percent(p.FnmrInterval.High)}) | {p.FalseNonMatches:N0} of {v.GenuineComparisons:N0} | {Percent(p.FnmrOfAllPairs)} | {(p.Support == Support.Counted ? "counted" : "fitted tail, not counted")} |");
        }

        say($"\nCounted means at least {Verification.Enough} false matches (rule of 30). With none at all seen, {v.ImpostorComparisons:N0} comparisons would bound the FMR by {v.RuleOfThree:0.0e0} (rule of 3). Fitted means read from the tail below; nothing is claimed rarer than one expected false match in the data ({1.0 / Math.Max(1, v.ImpostorComparisons):0.0e0}), or where the threshold's interval is wider than {TailFit.WidestInterval:0.0}.\n");
        lines("![DET](det.svg)\n\n![scores](scores.svg)\n");
    }

    private static void Tail(Verification v, Action<FormattableString> say, Action<string> lines)
    {
        lines("## The tail\n");
        if (v.Tail is not { } t)
        {
            say($"Not fitted: fewer than {TailFit.FewestExceedances} scores stand in it.\n");
            return;
        }

        say($"Generalised Pareto distribution, maximum likelihood, on the **{t.Exceedances:N0} scores above u = {t.Above:0.0000}** (a share of {t.Rate:0.0e0}): shape ξ = {t.Shape:0.000} ({t.ShapeInterval.Low:0.000} to {t.ShapeInterval.High:0.000}; by probability-weighted moments {t.ShapeByMoments:0.000}), scale σ = {t.Scale:0.0000} ({t.ScaleInterval.Low:0.0000} to {t.ScaleInterval.High:0.0000}).");
        say($"Goodness: Anderson–Darling A² = {t.AndersonDarling:0.00}, p = {t.GoodnessP:0.00} by parametric bootstrap; Kolmogorov–Smirnov distance {t.KolmogorovSmirnov:0.000}; correlation of the QQ plot {t.QqCorrelation:0.0000}. u is the lowest of four at which p is at least 0.1{(t.GoodnessP < 0.1 ? " (**none was: this is the best of them, and its points are to be taken with care**)" : "")}.\n");
        lines("![tail](tail.svg)\n\n![QQ](qq.svg)\n");
    }

    private static void OpenSet(AccuracyResult result, Action<FormattableString> say, Action<string> lines)
    {
        lines("## Open set, 1:N\n");
        if (result.OpenSet is not { } search)
        {
            say($"Not measured: at least {OpenSetEvaluation.FewestPersons + 10} persons, some with two pictures, are needed.\n");
            return;
        }

        say($"Persons are dealt into five parts; each part in turn are strangers (every picture of theirs, at most {result.Options.Probes} a person, searches, none is enrolled) while the others fill the gallery: first those with probes, then those without (distractors), then synthetic ones. A mated search fails where the person is not first, is below the threshold, or shows no face.\n");
        lines("| persons | of them distractors | synthetic | FPIR | false positives / strangers' searches | threshold | FNIR (95 %) | mated searches |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (OpenSetPoint p in search.Points)
            say($"| {p.Persons:N0} | {p.Distractors:N0} | {(p.Synthetic == 0 ? "none" : $"**{p.Synthetic:N0}**")} | {Percent(p.WantedFpir)} | {p.FalsePositives:N0} / {p.NonMated:N0}{(p.IsWeak ? ", weak (fewer than 30)" : "")} | {p.Threshold:0.000} | {Percent(p.Fnir)} ({Percent(p.FnirInterval.Low)} to {Percent(p.FnirInterval.High)}) | {p.Mated:N0} |");
        if (search.Points.Any(p => p.AtCalibrated is not null))
        {
            lines("\nThe same searches at the threshold that a terminal computes from the calibration, FMR = 1 − (1 − FPIR)^(1/N) and never looser than 1e-4:\n");
            lines("| persons | wanted FPIR | threshold | rests on | FPIR found (95 %) | FNIR (95 %) |\n| --- | --- | --- | --- | --- | --- |");
            foreach (OpenSetPoint p in search.Points.Where(p => p.AtCalibrated is not null))
            {
                CalibratedSearch c = p.AtCalibrated!;
                say($"| {p.Persons:N0}{(p.Synthetic == 0 ? "" : " (synthetic among them)")} | {Percent(p.WantedFpir)} | {c.Threshold.Threshold:0.000} | {c.Threshold.BasisInWords} | {Percent(c.Fpir)} ({Percent(c.FpirInterval.Low)} to {Percent(c.FpirInterval.High)}) | {Percent(c.Fnir)} ({Percent(c.FnirInterval.Low)} to {Percent(c.FnirInterval.High)}) |");
            }
        }

        lines("\n![open set](open-set.svg)\n");
        if (search.Synthetic.Count == 0) return;
        lines("**Synthetic templates** are mixtures of two real persons each (0.8 of the one, 0.6 of the other, at unit length), which a search by either of the two never meets. They are not people. Real people match them, as a multiple of how often real people match each other: "
            + string.Join(", ", search.Synthetic.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Ratio:0.00} at FMR {s.Fmr:0e0}")))
            + ". Below 1 they are easier than people, and rows with them are a lower bound of the error; trust the rows of real people.\n");
    }

    private static void Suspects(AccuracyResult result, Action<FormattableString> say, Action<string> lines)
    {
        lines("## Look at these pictures\n");
        if (result.NotUsed.Count > 0)
        {
            lines("Not used:\n");
            foreach (UnusedPicture p in result.NotUsed) say($"- `{p.Name}`: {p.Reason}");
            lines("");
        }

        var pairs = result.Pairs.SamePhotographs.Concat(result.Pairs.Highest.Take(15)).ToList();
        if (pairs.Count == 0) return;
        lines("The highest scores of differently named people. A wrong name in the data makes thresholds stricter than the truth; all but the pairs marked as one photograph are counted.\n");
        lines("| score | pictures | |\n| --- | --- | --- |");
        foreach (Exceedance e in pairs) say($"| {e.Score:0.000} | `{e.PictureA}`, `{e.PictureB}` | {(e.Score >= PairScores.SamePhotograph ? "one photograph, left out" : "counted")} |");
        lines("");
    }

    private static string Percent(double share) => !double.IsFinite(share) ? "–" : (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
