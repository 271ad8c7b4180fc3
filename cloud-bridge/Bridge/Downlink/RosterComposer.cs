using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>A message ready to go, and the revision that it reaches.</summary>
public sealed record ComposedRoster(RosterMessage Message, byte[] Payload);

/// <summary>Makes roster messages from the change log: as many people as fit the limits.</summary>
public sealed class RosterComposer(IRosterChanges changes, DownlinkOptions options)
{
    /// <param name="judgesConsent">Whether the terminal judges <see cref="RosterPerson.FaceConsent"/>; one that does not is told of leavings for the face's sake.</param>
    /// <summary>What follows <paramref name="after"/>; null where nothing does.</summary>
    public async Task<ComposedRoster?> ChangesAsync(Guid line, long after, bool judgesConsent, CancellationToken cancellationToken)
    {
        IReadOnlyList<PersonChange> rows = await changes.ChangesAfterAsync(after, options.MaxPeople, cancellationToken);
        return rows.Count == 0 ? null : Fit(rows, taken => Message(line, after, rows, taken, judgesConsent, null));
    }

    /// <summary>A part of the whole roster: those whose last change is newer than <paramref name="cursor"/>. Leavers are named too, for a person enrolled at the terminal only.</summary>
    public async Task<ComposedRoster> PartAsync(Guid line, Guid snapshot, long part, long cursor, bool judgesConsent, CancellationToken cancellationToken)
    {
        IReadOnlyList<PersonChange> rows = await changes.ChangesAfterAsync(cursor, options.MaxPeople, cancellationToken);
        return Fit(rows, taken => Message(line, cursor, rows, taken, judgesConsent, new() { Id = snapshot, Part = part, Last = taken == rows.Count && rows.Count < options.MaxPeople }));
    }

    private ComposedRoster Fit(IReadOnlyList<PersonChange> rows, Func<int, RosterMessage> compose)
    {
        // Names may be written with six bytes a character: halved until it fits, which one person always does.
        for (int taken = rows.Count; ; taken = Math.Max(1, taken / 2))
        {
            RosterMessage message = compose(taken);
            byte[] payload = ContractCodec.Write(message, ContractJson.Default.RosterMessage);
            if (payload.Length <= options.MaxBytes || taken <= 1) return new(message, payload);
        }
    }

    private static RosterMessage Message(Guid line, long from, IReadOnlyList<PersonChange> rows, int taken, bool judgesConsent, SnapshotPart? part) => new()
    {
        Line = line,
        From = from,
        Through = taken == 0 ? from : rows[taken - 1].Revision,
        Snapshot = part,
        People = [.. rows.Take(taken).Where(one => one.Person.Active).Select(one => Of(one.Person, judgesConsent ? one.FaceConsent : null))],
        Gone = [.. rows.Take(taken).Where(one => !one.Person.Active && !(judgesConsent && one.FaceOnly)).Select(one => new RosterLeaver { Id = one.Person.UserId, Revision = one.Revision })],
    };

    private static RosterPerson Of(Person person, string? faceConsent) => new()
    {
        FaceConsent = faceConsent,
        Id = person.UserId,
        Name = Fitting(person),
        Departments = person.Departments.Count == 0 ? null : [.. person.Departments.Take(RosterRules.MaxDepartments)],
    };

    // What the platform lets people write as a name may not fit a screen; nobody is left out for that.
    private static string Fitting(Person person)
    {
        string name = new([.. person.Name.Select(c => char.IsControl(c) ? ' ' : c)]);
        if (name.Length > RosterRules.MaxName) name = name[..(char.IsHighSurrogate(name[RosterRules.MaxName - 1]) ? RosterRules.MaxName - 1 : RosterRules.MaxName)];
        return string.IsNullOrWhiteSpace(name) ? person.UserId : name;
    }
}
