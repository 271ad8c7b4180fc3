using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;

namespace Devices.Edge.Agent.Downlink;

/// <summary>
/// Takes the platform's roster in, message by message. Each is durable, erasures included, before it is answered; one that does not follow
/// changes nothing and says where this terminal stands. People enrolled here whom the platform does not know are kept, and said.
/// </summary>
public sealed class RosterDesk(PeopleStore people, PinBook pins, Func<FaceModels?> models, Narration narration, PhotoBox? photos = null)
{
    private string? _problem;
    private long _toldLocal = -1;

    /// <summary>Where the roster stands, for the bridge; null where there is none of the bridge's.</summary>
    public RosterApplied? State() => people.RosterState() is { } state ? state with { Problem = _problem } : null;

    /// <summary>The bridge has acknowledged that state.</summary>
    public void Confirmed(RosterApplied state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Erased.Count > 0) people.Confirmed(state.Erased);
    }

    /// <summary>Asks for the whole roster again; everybody stays until it is there.</summary>
    public void Forget() => people.ForgetRoster();

    /// <summary>Takes one message in, or says why not: see <see cref="RosterApplied.Problem"/> of <see cref="State"/>.</summary>
    /// <exception cref="GalleryException">The disk failed: nothing of it was taken.</exception>
    public void Take(RosterMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (RosterRules.Check(message) is { } fault)
        {
            Refuse(fault);
            return;
        }

        RosterApplied? at = people.RosterState();
        if (IsThereAlready(message, at)) return;
        if (!Follows(message, at))
        {
            Refuse(message.Snapshot is null
                ? string.Create(CultureInfo.InvariantCulture, $"Roster changes from revision {message.From} do not follow: this terminal stands at {at?.Revision ?? 0}.")
                : string.Create(CultureInfo.InvariantCulture, $"Part {message.Snapshot.Part} of a whole roster does not follow: this terminal has {at?.Snapshot?.Part ?? 0} parts of it."));
            return;
        }

        List<string> problems = [];
        List<RosterPerson> good = [];
        foreach (RosterPerson person in message.People)
        {
            if (RosterRules.CheckPerson(person) is { } bad) problems.Add(bad);
            else good.Add(person);
        }

        // PINs and waiting photos lie in other files: first, so that a crash between leaves somebody who is erased by the same message again.
        List<string> leavers = [.. message.Gone.Select(one => one.Id).Concat(people.LeftOut(message)).Distinct(StringComparer.Ordinal)];
        foreach (string person in leavers) photos?.Erase(person);
        HashSet<string> withoutPin = [.. leavers.Where(pins.Remove)];
        RosterOutcome outcome = people.Apply(message, good, withoutPin);
        foreach (Person gone in outcome.Gone.Concat(outcome.Faceless)) models()?.Gallery.Remove(gone.Id);
        problems.AddRange(outcome.Problems);
        _problem = problems.Count == 0 ? null : Shorten(string.Join(' ', problems));
        Tell(message, outcome, problems);
    }

    private static bool IsThereAlready(RosterMessage message, RosterApplied? at)
    {
        if (at is null || at.Line != message.Line) return false;
        if (at.Snapshot is null) return message.Through <= at.Revision;
        return message.Snapshot is { } part && part.Id == at.Snapshot.Id && part.Part <= at.Snapshot.Part;
    }

    private static bool Follows(RosterMessage message, RosterApplied? at) => message.Snapshot is { } part
        ? part.Part == 1 || (at?.Snapshot is { } had && at.Line == message.Line && had.Id == part.Id && had.Part == part.Part - 1)
        : at is { Snapshot: null } && at.Line == message.Line && at.Revision == message.From;

    private void Refuse(string why)
    {
        _problem = Shorten(why);
        narration.Warn("roster", why);
    }

    private void Tell(RosterMessage message, RosterOutcome outcome, List<string> problems)
    {
        foreach (Person gone in outcome.Gone)
        {
            narration.Tell(new NarrationEvent
            {
                Kind = "erased", Person = gone.Id, Name = gone.Name,
                Text = $"{gone.Name} ({gone.Id}) left, as the platform says: face templates, cards, PIN and name were erased here; punches stay.",
            });
        }

        foreach (Person one in outcome.Faceless)
        {
            narration.Tell(new NarrationEvent
            {
                Kind = "erased", Person = one.Id, Name = one.Name,
                Text = $"{one.Name} ({one.Id}) has withdrawn the consent to face recognition: the face templates were erased here. Cards and PIN go on working.",
            });
        }

        foreach (string problem in problems) narration.Warn("roster", problem);
        string what = message.Snapshot is { } part ? $"part {part.Part} of the whole roster{(part.Last ? ", the last" : "")}" : $"roster changes through revision {message.Through}";
        narration.Tell("roster", string.Create(CultureInfo.InvariantCulture, $"The bridge's {what}: {outcome.Added} new, {outcome.Changed} known, {outcome.Gone.Count} left."));
        if (message.Snapshot is { Last: false } || people.RosterState() is not { } now || now.Local == _toldLocal) return;
        _toldLocal = now.Local;
        if (now.Local > 0)
            narration.Warn("roster", $"{now.Local} {(now.Local == 1 ? "person was" : "people were")} enrolled here and {(now.Local == 1 ? "is" : "are")} not in the platform's roster: kept, and marked in 'devices people'.");
    }

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..499] + "…";
}
