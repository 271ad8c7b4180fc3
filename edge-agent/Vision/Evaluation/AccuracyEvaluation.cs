using System.Globalization;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>From embedded pictures to figures. Deterministic: the same pictures, options and pack give the same result.</summary>
public static class AccuracyEvaluation
{
    /// <param name="pictures">After <see cref="PictureEmbedder"/>.</param>
    /// <param name="dataName">What the calibration calls the data.</param>
    /// <param name="step">Told what is being done.</param>
    public static AccuracyResult Run(IReadOnlyList<EvaluationPicture> pictures, string dataName, AccuracyOptions options, Action<string>? step = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(options);
        var people = EnrolledPerson.From(pictures, options.Enrol, options.Probes);
        var indexOf = people.ToDictionary(p => p.Name, p => p.Index, StringComparer.Ordinal);
        step?.Invoke("comparing every picture with every other");
        var pairs = PairScores.Of(pictures, p => indexOf[p.Person], people.Count, 1.5e-2, cancellationToken);
        var genuine = GenuineScores.Of(people);
        step?.Invoke("fitting the tail and drawing persons anew for the intervals");
        var verification = Verification.Of(pairs, genuine, options.Seed, cancellationToken);
        var why = CalibrationTable.Refusal(verification);
        var usable = pictures.Count(p => p.HasFace);
        var calibration = why is null ? CalibrationTable.Of(verification, Words(dataName, usable, people, genuine, options)) : null;
        step?.Invoke("searching galleries");
        var openSet = OpenSetEvaluation.Of(people, options.Galleries, options.Probes, calibration, options.Seed, cancellationToken);
        EvaluationPicture[] readable = [.. pictures.Where(p => p.Outcome != PictureOutcome.Unreadable)];
        var found = readable.Count(p => p.Faces > 0);
        EvaluationPicture[] probes = [.. people.Where(p => p.Templates.Count > 0).SelectMany(p => p.Probes)];
        return new AccuracyResult
        {
            Options = options,
            Persons = people.Count,
            Pictures = pictures.Count,
            MatedPersons = people.Count(p => p.IsMated),
            Unreadable = pictures.Count - readable.Length,
            Faceless = readable.Count(p => !p.HasFace),
            SeveralFaces = readable.Count(p => p.Faces > 1),
            DetectionRate = readable.Length == 0 ? double.NaN : (double)found / readable.Length,
            DetectionInterval = Interval.Wilson(found, readable.Length),
            FailedToEnrol = people.Count(p => p.Templates.Count == 0),
            FailedToAcquire = probes.Count(p => !p.HasFace),
            Probes = probes.Length,
            NotUsed = [.. pictures.Where(p => !p.HasFace).Select(p => new UnusedPicture(p.Name, p.Outcome, p.Reason ?? "It was not looked at."))],
            GateRefusals = readable.Where(p => p.HasFace && !p.Quality.IsGood).GroupBy(p => p.Quality.Reason).ToDictionary(g => g.Key, g => g.Count()),
            Verification = verification,
            Pairs = pairs,
            Genuine = genuine,
            TenFold = TenFold.Of(TenFold.Draw(readable, seed: options.Seed)),
            OpenSet = openSet,
            Calibration = calibration,
            NoCalibration = why,
        };
    }

    private static string Words(string name, int pictures, IReadOnlyList<EnrolledPerson> people, GenuineScores genuine, AccuracyOptions options) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}: {pictures:N0} pictures of {people.Count:N0} persons, single pictures, face nearest the centre, no quality limits applied. FMR: every picture against every other of another person. FNMR: the first {(options.Enrol == 1 ? "picture" : $"{options.Enrol} pictures")} of a person enrolled, at most {options.Probes} further ones as probes ({genuine.Count:N0} comparisons of {genuine.Persons:N0} persons). Measured by `devices accuracy`. Comparisons share pictures and are not independent.");
}
