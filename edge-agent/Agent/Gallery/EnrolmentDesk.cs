using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Agent.Gallery;

/// <summary>
/// Takes a person with pictures and cards in, or refuses with a reason a picture. First on the disk, then in the running gallery:
/// a crash in between is mended by the next start, which reads the disk.
/// </summary>
/// <param name="models">The models in force; null while there are none.</param>
public sealed class EnrolmentDesk(PeopleStore people, Func<FaceModels?> models)
{
    /// <summary>Most pictures in one enrolment.</summary>
    public const int MaxPictures = 12;

    /// <param name="id">The platform's userid.</param>
    /// <param name="name">For screen and log.</param>
    /// <param name="cards">Null leaves the cards as they are.</param>
    /// <param name="pictures">JPEG pictures by file name; none leaves the templates as they are.</param>
    public EnrolmentAnswer Enrol(string? id, string? name, IReadOnlyList<string>? cards, IReadOnlyList<(string Name, byte[] Jpeg)> pictures)
    {
        id ??= "";
        name = name?.Trim() ?? "";
        EnrolmentAnswer Refuse(EnrolmentOutcome outcome, string reason, IReadOnlyList<PictureVerdict>? verdicts = null) => new(outcome, id, name, 0, verdicts ?? [], reason);

        if (PersonRules.CheckId(id) is { } badId) return Refuse(EnrolmentOutcome.BadRequest, badId);
        if (PersonRules.CheckName(name) is { } badName) return Refuse(EnrolmentOutcome.BadRequest, badName);
        if (pictures.Count > MaxPictures) return Refuse(EnrolmentOutcome.BadRequest, $"{pictures.Count} pictures were sent; {MaxPictures} are the limit.");
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

        if (models() is not { } running)
            return Refuse(EnrolmentOutcome.Unavailable, "Pictures cannot be taken in now, since the face models are not running; see the status page for why. A card can be given without pictures.");
        return EnrolFaces(running, id, name, uids, pictures);
    }

    private EnrolmentAnswer EnrolFaces(FaceModels running, string id, string name, List<string>? uids, IReadOnlyList<(string Name, byte[] Jpeg)> pictures)
    {
        PictureVerdict[] verdicts = new PictureVerdict[pictures.Count];
        List<RgbFrame> usable = [];
        List<int> places = [];
        EnrolmentAnswer Answer(EnrolmentOutcome outcome, int templates, string? reason) => new(outcome, id, name, templates, verdicts, reason);
        try
        {
            EnrolmentFault? conflict = null;
            for (int i = 0; i < pictures.Count; i++)
            {
                FrameDecode decoded = JpegDecoder.Decode(pictures[i].Jpeg);
                if (!decoded.IsDecoded)
                {
                    verdicts[i] = new(pictures[i].Name, false, decoded.Fault.Message);
                    continue;
                }

                // Each alone first, so that one bad picture has its own reason and does not spoil the good ones.
                EnrolmentFault? fault = running.Enrol(id, [decoded.Frame]).Fault;
                verdicts[i] = new(pictures[i].Name, fault is null, fault is null ? null : Sentence(fault));
                if (fault is null)
                {
                    usable.Add(decoded.Frame);
                    places.Add(i);
                    continue;
                }

                if (fault.Code == EnrolmentFaultCode.BelongsToAnother) conflict = fault;
                decoded.Frame.Dispose();
            }

            if (conflict is not null) return Answer(EnrolmentOutcome.Conflict, 0, Sentence(conflict));
            if (usable.Count == 0) return Answer(EnrolmentOutcome.Refused, 0, "None of the pictures can be used; see the reason for each.");

            EnrolmentResult result = running.Enrol(id, usable);
            if (!result.IsEnrolled)
            {
                if (result.Fault.Picture >= 0) verdicts[places[result.Fault.Picture]] = new(pictures[places[result.Fault.Picture]].Name, false, Sentence(result.Fault));
                return Answer(result.Fault.Code == EnrolmentFaultCode.BelongsToAnother ? EnrolmentOutcome.Conflict : EnrolmentOutcome.Refused, 0, Sentence(result.Fault));
            }

            if (people.Put(id, name, uids, [.. result.Templates], running.Templates) is { } owned) return Answer(EnrolmentOutcome.Conflict, 0, owned);
            return running.Gallery.Replace(id, [.. result.Templates]) is { } refused
                ? throw new GalleryException($"{refused.Message} The disk has the new templates; restart the agent.")
                : Answer(EnrolmentOutcome.Enrolled, result.Templates.Count, null);
        }
        finally
        {
            foreach (RgbFrame frame in usable) frame.Dispose();
        }
    }

    /// <summary>Erases a person from disk and memory. False where there is none.</summary>
    public bool Erase(string id)
    {
        bool gone = people.Erase(id);
        models()?.Gallery.Remove(id);
        return gone;
    }

    // Vision knows userids only; the person at the desk knows names.
    private string Sentence(EnrolmentFault fault) => fault.OtherPerson is { } other && people.Find(other) is { } person
        ? fault.Message.Replace($"belongs to {other} ", $"belongs to {person.Name} ({other}) ", StringComparison.Ordinal)
        : fault.Message;
}
