using System.Globalization;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Pictures of one person to templates. A picture that cannot be used is refused by itself with a reason; those left must be the same
/// person, and the face must not belong to someone else in the gallery. It changes nothing: the host persists the templates first and
/// then calls <see cref="FaceGallery.Replace"/>. For one thread at a time.
/// </summary>
public sealed class Enroller : IDisposable
{
    private readonly PackCalibration _calibration;
    private readonly FaceGallery _gallery;
    private readonly EnrolmentOptions _options;
    private readonly PictureExaminer _examiner;
    private readonly OpenSetDecider _decider;

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
        _calibration = pack.Calibration;
        _decider = new OpenSetDecider(_calibration, _options.Policy);
        _examiner = new PictureExaminer(pack, _options);
    }

    /// <summary>Similarity from which a face belongs to someone else, at the gallery's present size.</summary>
    public float DuplicateThreshold => _calibration.ThresholdFor(
        Math.Min(_options.DuplicateFmr, OpenSetDecider.FmrFor(_options.DuplicateFpir, _gallery.Count))).Threshold;

    /// <summary>The threshold in force at the gallery's present size, and the margin to the second person, as recognition uses them.</summary>
    public (float Threshold, float Margin) Decision => (_decider.ThresholdFor(_gallery.Count).Threshold, _options.Policy.Margin);

    // From here another enrolled person comes within the margin.
    private float LookAlikeThreshold => Decision.Threshold - Decision.Margin;

    public EnrolmentResult Enrol(string person, IReadOnlyList<RgbFrame> pictures) => Enrol(new EnrolmentRequest(person, pictures));

    public EnrolmentResult Enrol(EnrolmentRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.Person);
        if (request.Pictures.Count == 0)
        {
            return new EnrolmentResult([], [], new EnrolmentFault(EnrolmentFaultCode.NoPictures, -1, "No picture was given. Send at least one picture of the person's face."));
        }

        var findings = new PictureFinding[request.Pictures.Count];
        List<FaceTemplate> templates = [];
        List<int> places = [];
        for (var i = 0; i < findings.Length; i++)
        {
            findings[i] = _examiner.Examine(request.Pictures[i], i, request.RequireLive, out var vector);
            if (vector is not null)
            {
                templates.Add(new FaceTemplate(Guid.CreateVersion7(), request.Person, _examiner.Pack, vector));
                places.Add(i);
            }
        }

        EnrolmentResult Refuse(EnrolmentFault fault) => new([], findings, fault) { DuplicateThreshold = DuplicateThreshold };
        if (templates.Count == 0)
        {
            return Refuse(findings.Length == 1 ? findings[0].Fault! : new EnrolmentFault(EnrolmentFaultCode.NoneUsable, -1, "None of the pictures can be used; see the reason for each."));
        }

        var groups = new PictureGroups(templates, _calibration, _options.SamePersonFmr);
        var search = new DuplicateSearch(_gallery, request, DuplicateThreshold);
        if (groups.Majority is not { } own)
        {
            return Refuse(NoMajority(templates, places, findings, search));
        }

        foreach (var odd in Enumerable.Range(0, templates.Count).Except(own))
        {
            findings[places[odd]] = findings[places[odd]] with { Use = PictureUse.Refused, Fault = Odd(templates[odd], places[odd], groups.Nearest(odd, own), search) };
        }

        if (Belongs(templates, own, places, findings, search) is { } belongs)
        {
            return Refuse(belongs);
        }

        if (!request.ReplaceFace && search.Changed(own.Select(i => templates[i]), groups.Threshold) is { } best)
        {
            return Refuse(new EnrolmentFault(EnrolmentFaultCode.FaceChanged, -1, string.Create(CultureInfo.InvariantCulture,
                $"{request.Person} is enrolled with another face: these pictures are at most {best:F2} like it (the same person reaches {groups.Threshold:F2}). Check the person's id; where the face is to be replaced, say so expressly.")));
        }

        var kept = ViewChoice.Of(own, i => findings[places[i]].Quality.Score, groups.Similarity, _options);
        foreach (var (left, like) in kept.Left)
        {
            var note = like is { } alike
                ? string.Create(CultureInfo.InvariantCulture, $"Shows nearly the same view as picture {places[alike] + 1} (similarity {groups.Similarity(left, alike):F2}), which is kept.")
                : $"{_options.MaximumTemplates} views that differ more are kept already.";
            findings[places[left]] = findings[places[left]] with { Use = PictureUse.NoNewView, Note = note };
        }

        return new EnrolmentResult([.. kept.Kept.Select(i => templates[i])], findings, null)
        {
            DuplicateThreshold = search.Threshold,
            LookAlikes = search.LookAlikes(own.Select(i => templates[i]), LookAlikeThreshold),
            AllowedDuplicates = search.Allowed(own.Select(i => templates[i])),
        };
    }

    public void Dispose() => _examiner.Dispose();

    private static EnrolmentFault NoMajority(List<FaceTemplate> templates, List<int> places, PictureFinding[] findings, DuplicateSearch search)
    {
        List<string> known = [];
        string? other = null;
        for (var i = 0; i < templates.Count; i++)
        {
            var like = search.Best(templates[i]);
            var looks = like.Person is null ? "" : string.Create(CultureInfo.InvariantCulture, $" It looks like {like.Person} (similarity {like.Score:F2}).");
            var fault = new EnrolmentFault(EnrolmentFaultCode.DifferentPersons, places[i], $"Picture {places[i] + 1} does not show the same person as the other pictures.{looks}", OtherPerson: like.Person);
            findings[places[i]] = findings[places[i]] with { Use = PictureUse.Refused, Fault = fault };
            if (like.Person is not null)
            {
                known.Add($"picture {places[i] + 1} looks like {like.Person}");
                other ??= like.Person;
            }
        }

        var named = string.Join(" and ", places.Select(p => p + 1));
        var who = known.Count == 0 ? "" : $" ({string.Join(", ", known)})";
        return new EnrolmentFault(EnrolmentFaultCode.DifferentPersons, -1,
            $"Pictures {named} do not show the same person{who}, and none is in the majority. Use pictures of one person only.", OtherPerson: other);
    }

    private static EnrolmentFault Odd(FaceTemplate odd, int place, float nearest, DuplicateSearch search)
    {
        var like = search.Best(odd);
        var looks = like.Person is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; it looks like {like.Person} (similarity {like.Score:F2})");
        return new EnrolmentFault(EnrolmentFaultCode.DifferentPersons, place, string.Create(CultureInfo.InvariantCulture,
            $"Picture {place + 1} does not show the same person as most of the others (similarity {nearest:F2}){looks}. It was left out."), OtherPerson: like.Person);
    }

    private static EnrolmentFault? Belongs(List<FaceTemplate> templates, int[] own, List<int> places, PictureFinding[] findings, DuplicateSearch search)
    {
        EnrolmentFault? first = null;
        foreach (var i in own)
        {
            var like = search.Best(templates[i]);
            if (like.Person is null)
            {
                continue;
            }

            var fault = new EnrolmentFault(EnrolmentFaultCode.BelongsToAnother, places[i], string.Create(CultureInfo.InvariantCulture,
                $"This face already belongs to {like.Person} (similarity {like.Score:F2}, from {search.Threshold:F2} it is taken for the same). Check whether the person is enrolled twice; a twin can be allowed by name, with a reason."), OtherPerson: like.Person);
            findings[places[i]] = findings[places[i]] with { Use = PictureUse.Refused, Fault = fault };
            first ??= fault;
        }

        return first;
    }
}
