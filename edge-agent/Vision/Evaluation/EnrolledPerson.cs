namespace Devices.Edge.Vision.Evaluation;

/// <summary>
/// One person of an evaluation: the first pictures by name with a face are enrolled, the following ones are probes.
/// A picture that shows no face can be no template, but as a probe it counts: the person stood there and was missed.
/// </summary>
/// <param name="Index">Among all persons of the evaluation.</param>
/// <param name="Templates">Pictures enrolled; none where no picture of the person has a face (failure to enrol).</param>
/// <param name="Probes">Pictures that search for the person, at most as many as asked for; also those without a face.</param>
public sealed record EnrolledPerson(int Index, string Name, IReadOnlyList<EvaluationPicture> Templates, IReadOnlyList<EvaluationPicture> Probes)
{
    /// <summary>Enrolled, with at least one probe.</summary>
    public bool IsMated => Templates.Count > 0 && Probes.Count > 0;

    /// <summary>All persons, by name.</summary>
    /// <param name="enrol">Pictures enrolled a person, at least 1.</param>
    /// <param name="mostProbes">Probes a person at most, at least 1.</param>
    public static IReadOnlyList<EnrolledPerson> From(IReadOnlyList<EvaluationPicture> pictures, int enrol, int mostProbes)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfLessThan(enrol, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostProbes, 1);
        return [.. pictures
            .GroupBy(p => p.Person, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select((g, index) =>
            {
                EvaluationPicture[] own = [.. g.OrderBy(p => p.File, StringComparer.Ordinal)];
                EvaluationPicture[] templates = [.. own.Where(p => p.HasFace).Take(enrol)];
                EvaluationPicture[] probes = templates.Length == 0 ? own : [.. own.Where(p => Array.IndexOf(templates, p) < 0)];

                // A file that cannot be read is a fault of the data, not a person before the camera.
                return new EnrolledPerson(index, g.Key, templates, [.. probes.Where(p => p.Outcome != PictureOutcome.Unreadable).Take(mostProbes)]);
            })];
    }
}
