using System.Globalization;
using System.Numerics.Tensors;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Several pictures of one person to templates. Every picture must show exactly one good face, all must be the same
/// person, and the face must not belong to someone else in the gallery. It changes nothing: the host persists the
/// templates first and then calls <see cref="FaceGallery.Replace"/>. For one thread at a time.
/// </summary>
public sealed class Enroller : IDisposable
{
    private readonly FaceAnalyzer _analyzer;
    private readonly FaceGallery _gallery;
    private readonly EnrolmentOptions _options;
    private readonly DetectedFace[] _faces = new DetectedFace[16];
    private readonly float _samePerson;
    private readonly float _duplicate;
    private readonly float _live;

    public Enroller(LoadedPack pack, FaceGallery gallery, EnrolmentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(gallery);
        if (gallery.Pack != pack.Templates)
        {
            throw new ArgumentException($"The gallery holds templates of {gallery.Pack}; enrolment makes {pack.Templates}.", nameof(gallery));
        }

        _gallery = gallery;
        _options = options ?? new EnrolmentOptions();
        _analyzer = pack.CreateAnalyzer();
        _samePerson = pack.Calibration.ThresholdFor(_options.SamePersonFmr).Threshold;
        _duplicate = pack.Calibration.ThresholdFor(_options.DuplicateFmr).Threshold;
        _live = pack.Manifest.Liveness.Threshold;
    }

    /// <param name="person">The platform's user id; templates that this person has already do not count as duplicates.</param>
    /// <param name="pictures">At least one; three from slightly different angles is better.</param>
    public EnrolmentResult Enrol(string person, IReadOnlyList<RgbFrame> pictures)
    {
        ArgumentException.ThrowIfNullOrEmpty(person);
        ArgumentNullException.ThrowIfNull(pictures);
        if (pictures.Count == 0)
        {
            return Refuse(EnrolmentFaultCode.NoPictures, -1, "No picture was given. Send at least one picture of the person's face.");
        }

        var templates = new FaceTemplate[pictures.Count];
        var qualities = new FaceQuality[pictures.Count];
        for (var i = 0; i < pictures.Count; i++)
        {
            var vector = new float[_analyzer.EmbeddingSize];
            if (Examine(pictures[i], i, vector, out qualities[i]) is { } fault)
            {
                return EnrolmentResult.Refuse(fault);
            }

            templates[i] = new FaceTemplate(Guid.CreateVersion7(), person, _analyzer.Pack, vector);
        }

        return Disagreement(templates) is { } different ? EnrolmentResult.Refuse(different)
            : Duplicate(person, templates) is { } duplicate ? EnrolmentResult.Refuse(duplicate)
            : EnrolmentResult.Of(templates, qualities);
    }

    public void Dispose() => _analyzer.Dispose();

    private EnrolmentFault? Examine(RgbFrame picture, int index, Span<float> vector, out FaceQuality quality)
    {
        quality = default;
        var count = _analyzer.Detect(picture, _faces);
        var name = $"Picture {index + 1}";
        if (count == 0)
        {
            return new EnrolmentFault(EnrolmentFaultCode.NoFace, index, $"{name} shows no face. Take one with the face in the middle.", QualityHints.KeyOf(QualityReason.NotAFace));
        }

        var faces = _faces.AsSpan(0, count);
        faces.Sort(static (a, b) => b.Box.Area.CompareTo(a.Box.Area));
        if (count > 1 && faces[1].Box.Area > _options.IgnoreBelow * faces[0].Box.Area)
        {
            return new EnrolmentFault(EnrolmentFaultCode.SeveralFaces, index, $"{name} shows {count} faces. Take one with this person alone.");
        }

        var face = _analyzer.Analyze(picture, faces[0], _options.Quality);
        quality = face.Quality;
        if (!quality.IsGood)
        {
            return new EnrolmentFault(EnrolmentFaultCode.PoorQuality, index, $"{name} cannot be used. {QualityHints.Explain(quality)}", QualityHints.KeyOf(quality.Reason));
        }

        if (_options.RequireLive && _analyzer.Liveness(picture, face.Box) is var live && live < _live)
        {
            return new EnrolmentFault(EnrolmentFaultCode.NotLive, index,
                string.Create(CultureInfo.InvariantCulture, $"{name} does not show a live face ({live:F2}, at least {_live:F2} is needed). Stand before the camera yourself."));
        }

        _analyzer.Embed(picture, face, vector);
        return null;
    }

    private EnrolmentFault? Disagreement(FaceTemplate[] templates)
    {
        for (var i = 1; i < templates.Length; i++)
        {
            // Near to any earlier picture is enough: with and without glasses may differ, a third picture links them.
            var nearest = -1f;
            for (var j = 0; j < i; j++)
            {
                nearest = MathF.Max(nearest, TensorPrimitives.Dot(templates[i].Vector.Span, templates[j].Vector.Span));
            }

            if (nearest < _samePerson)
            {
                return new EnrolmentFault(EnrolmentFaultCode.DifferentPersons, i, string.Create(CultureInfo.InvariantCulture,
                    $"Picture {i + 1} does not show the same person as the pictures before it (similarity {nearest:F2}). Use pictures of one person only."));
            }
        }

        return null;
    }

    private EnrolmentFault? Duplicate(string person, FaceTemplate[] templates)
    {
        for (var i = 0; i < templates.Length; i++)
        {
            var best = _gallery.Match(templates[i].Vector.Span, except: person).Best;
            if (best.Person is not null && best.Score >= _duplicate)
            {
                return new EnrolmentFault(EnrolmentFaultCode.BelongsToAnother, i, string.Create(CultureInfo.InvariantCulture,
                    $"This face already belongs to {best.Person} (similarity {best.Score:F2}). Check whether the person is enrolled twice; twins and look-alikes use card or PIN."), OtherPerson: best.Person);
            }
        }

        return null;
    }

    private static EnrolmentResult Refuse(EnrolmentFaultCode code, int picture, string message) =>
        EnrolmentResult.Refuse(new EnrolmentFault(code, picture, message));
}
