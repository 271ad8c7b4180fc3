using System.Globalization;
using System.Text.RegularExpressions;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Agent.Gallery;

/// <summary>
/// Takes a person with pictures and cards in, or refuses with a reason a picture. First on the disk, then in the running gallery:
/// a crash in between is mended by the next start, which reads the disk.
/// </summary>
/// <param name="models">The models in force; null while there are none.</param>
/// <param name="vouched">Told of each enrolment that somebody answered for against a check: one sentence for this terminal's log, one without names for the bridge. Null for nobody.</param>
/// <param name="photos">Waiting evidence photos, which an erasure takes too.</param>
public sealed partial class EnrolmentDesk(PeopleStore people, Func<FaceModels?> models, Action<string, string>? vouched = null, PhotoBox? photos = null)
{
    /// <summary>Most pictures in one enrolment.</summary>
    public const int MaxPictures = 12;

    /// <param name="id">The platform's userid.</param>
    /// <param name="name">For screen and log.</param>
    /// <param name="cards">Null leaves the cards as they are.</param>
    /// <param name="pictures">JPEG pictures by file name; none leaves the templates as they are.</param>
    /// <param name="permit">What somebody has answered for; null for nothing.</param>
    public EnrolmentAnswer Enrol(
        string? id, string? name, IReadOnlyList<string>? cards, IReadOnlyList<(string Name, byte[] Jpeg)> pictures, EnrolmentPermit? permit = null)
    {
        permit ??= EnrolmentPermit.None;
        id ??= "";
        name = name?.Trim() ?? "";
        EnrolmentAnswer Refuse(EnrolmentOutcome outcome, string reason, IReadOnlyList<PictureVerdict>? verdicts = null) => new(outcome, id, name, 0, verdicts ?? [], reason);

        if (PersonRules.CheckId(id) is { } badId) return Refuse(EnrolmentOutcome.BadRequest, badId);
        if (PersonRules.CheckName(name) is { } badName) return Refuse(EnrolmentOutcome.BadRequest, badName);
        if (pictures.Count > MaxPictures) return Refuse(EnrolmentOutcome.BadRequest, $"{pictures.Count} pictures were sent; {MaxPictures} are the limit.");
        if (permit.Fault(other => people.Find(other) is not null) is { } badPermit) return Refuse(EnrolmentOutcome.BadRequest, badPermit);
        List<string>? uids = null;
        if (cards is not null)
        {
            uids = [];
            foreach (string card in cards.Where(c => c.Length > 0))
            {
                if (PersonRules.NormaliseCard(card) is not { } uid)
                    return Refuse(EnrolmentOutcome.BadRequest, $"The card number '{(card.Length > 40 ? card[..40] + "…" : card)}' is not 4 to 10 bytes in hex, such as 04A1B2C3.");
                uids.Add(uid);
            }
        }

        if (pictures.Count == 0)
        {
            if (uids is not { Count: > 0 } && people.Find(id) is null) return Refuse(EnrolmentOutcome.BadRequest, "Neither a picture nor a card was sent; send at least one.");
            return people.Put(id, name, uids, null, null) is { } owned
                ? Refuse(EnrolmentOutcome.Conflict, owned)
                : new(EnrolmentOutcome.Enrolled, id, name, 0, [], null);
        }

        if (people.Find(id) is { FaceConsent: { } consent })
            return Refuse(EnrolmentOutcome.Refused, consent == FaceConsents.Withdrawn
                ? $"{name} has withdrawn the consent to face recognition, so no face is enrolled. Give a card or a PIN; once HR has recorded a new consent, enrol again."
                : $"No consent of {name} to face recognition is recorded, and this organisation requires one. HR records it on the bridge's privacy page; then enrol again. A card or a PIN can be given at once.");
        if (models() is not { } running)
            return Refuse(EnrolmentOutcome.Unavailable, "Pictures cannot be taken in now, since the face models are not running; see the status page for why. A card can be given without pictures.");
        try
        {
            return EnrolFaces(running, id, name, uids, pictures, permit);
        }
        catch (ModelFaultException fault)
        {
            return Refuse(EnrolmentOutcome.Unavailable, $"{fault.Message} Nothing was changed; send the pictures again.");
        }
    }

    private EnrolmentAnswer EnrolFaces(
        FaceModels running, string id, string name, List<string>? uids, IReadOnlyList<(string Name, byte[] Jpeg)> pictures, EnrolmentPermit permit)
    {
        PictureVerdict[] verdicts = new PictureVerdict[pictures.Count];
        List<RgbFrame> readable = [];
        List<int> places = [];
        EnrolmentAnswer Answer(EnrolmentOutcome outcome, int templates, string? reason) => new(outcome, id, name, templates, verdicts, reason);
        try
        {
            for (int i = 0; i < pictures.Count; i++)
            {
                FrameDecode decoded = JpegDecoder.Decode(pictures[i].Jpeg);
                if (!decoded.IsDecoded)
                {
                    verdicts[i] = new(pictures[i].Name, false, decoded.Fault.Message, "refused");
                    continue;
                }

                readable.Add(decoded.Frame);
                places.Add(i);
            }

            if (readable.Count == 0) return Answer(EnrolmentOutcome.Refused, 0, NoneUsable);
            EnrolmentResult result = running.Enrol(new EnrolmentRequest(id, readable) { AllowedDuplicates = permit.AllowedDuplicates, ReplaceFace = permit.ReplaceFace });
            string Named(string sentence) => WithNames(sentence, n => n - 1 < places.Count ? pictures[places[n - 1]].Name : n.ToString(CultureInfo.InvariantCulture));
            foreach (PictureFinding finding in result.Pictures)
            {
                string? why = finding.Fault is { } fault ? Sentence(fault) : finding.Note;
                verdicts[places[finding.Picture]] = new(
                    pictures[places[finding.Picture]].Name, result.IsEnrolled && finding.Use == PictureUse.Kept, why is null ? null : Named(why),
                    finding.Use switch { PictureUse.Kept => "kept", PictureUse.NoNewView => "no-new-view", _ => "refused" },
                    finding.Quality == default ? null : finding.Quality.Score);
            }

            if (result.Fault is { } refusal)
            {
                string reason = refusal.Code == EnrolmentFaultCode.NoneUsable || (refusal.Picture >= 0 && pictures.Count > 1 && refusal.Code != EnrolmentFaultCode.BelongsToAnother)
                    ? NoneUsable : Named(Sentence(refusal));
                return Answer(refusal.Code is EnrolmentFaultCode.BelongsToAnother or EnrolmentFaultCode.FaceChanged ? EnrolmentOutcome.Conflict : EnrolmentOutcome.Refused, 0, reason);
            }

            if (people.Put(id, name, uids, [.. result.Templates], running.Templates) is { } owned) return Answer(EnrolmentOutcome.Conflict, 0, owned);
            if (running.Gallery.Replace(id, [.. result.Templates]) is { } unfit)
                throw new GalleryException($"{unfit.Message} The disk has the new templates; restart the agent.");
            if (!permit.IsNone) vouched?.Invoke(Vouched(id, name, result, permit), VouchedNameless(id, result));
            return Answer(EnrolmentOutcome.Enrolled, result.Templates.Count, null) with { LookAlikes = Resembling(result.LookAlikes), Allowed = Resembling(result.AllowedDuplicates) };
        }
        finally
        {
            foreach (RgbFrame frame in readable) frame.Dispose();
        }
    }

    /// <summary>Every pair of enrolled people whose faces are hard to tell apart; null while there are no models.</summary>
    public LookAlikeReport? FindLookAlikes(CancellationToken cancellationToken)
    {
        if (models() is not { } running) return null;
        IReadOnlyList<FaceTemplate> templates = running.Gallery.Export();
        (float threshold, float margin) = running.Decision;
        IReadOnlyList<LookAlikePair> pairs = LookAlikes.Find(templates, threshold, margin, cancellationToken);
        return new(templates.Select(t => t.Person).Distinct().Count(), templates.Count, threshold, margin,
            [.. pairs.Select(p => new LookAlike(p.First, NameOf(p.First), p.Second, NameOf(p.Second), p.Score, p.Confusable))]);
    }

    /// <summary>Erases a person from disk and memory. False where there is none.</summary>
    public bool Erase(string id)
    {
        bool gone = people.Erase(id);
        models()?.Gallery.Remove(id);
        // Should it end here, the sender finds photos of somebody who is not known and removes them.
        photos?.Erase(id);
        return gone;
    }

    private const string NoneUsable = "None of the pictures can be used; see the reason for each.";

    private string NameOf(string id) => people.Find(id)?.Name ?? id;

    private List<Resemblance> Resembling(IReadOnlyList<Candidate> candidates) => [.. candidates.Select(c => new Resemblance(c.Person!, NameOf(c.Person!), c.Score))];

    private string Vouched(string id, string name, EnrolmentResult result, EnrolmentPermit permit)
    {
        string what = result.AllowedDuplicates.Count > 0 ? $"although the face resembles {string.Join(" and ", result.AllowedDuplicates.Select(a => $"{NameOf(a.Person!)} ({a.Person})"))}"
            : permit.ReplaceFace ? "and may have got another face" : $"with leave to resemble {string.Join(" and ", permit.AllowedDuplicates)}, which was not needed";
        return $"{name} ({id}) was enrolled {what}. Reason given: {permit.Reason.Trim()}";
    }

    private static string VouchedNameless(string id, EnrolmentResult result) => result.AllowedDuplicates.Count > 0
        ? $"The person with id {id} was enrolled although the face resembles that of {string.Join(" and ", result.AllowedDuplicates.Select(a => a.Person))}. The reason is in the terminal's log."
        : $"For the person with id {id} a check of enrolment was overruled. The reason is in the terminal's log.";

    // Vision knows userids only; the person at the desk knows names.
    private string Sentence(EnrolmentFault fault) => fault.OtherPerson is { } other && people.Find(other) is { } person && person.Name != other
        ? Regex.Replace(fault.Message, $@"(?<=(?:belongs to|looks like) ){Regex.Escape(other)}(?=[ ,.)])", $"{person.Name.Replace("$", "$$", StringComparison.Ordinal)} ({other})")
        : fault.Message;

    // Vision counts the pictures; the person at the desk knows file names.
    private static string WithNames(string sentence, Func<int, string> name) =>
        PictureNumbers().Replace(sentence, found => Number().Replace(found.Value, n => name(int.Parse(n.Value, CultureInfo.InvariantCulture))));

    [GeneratedRegex(@"\b[Pp]ictures? \d+(?: and \d+)*")]
    private static partial Regex PictureNumbers();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
