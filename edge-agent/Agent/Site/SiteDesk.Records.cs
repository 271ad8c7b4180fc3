using System.Globalization;
using System.Text;
using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Agent.Site;

/// <summary>Records in and out.</summary>
public sealed partial class SiteDesk
{
    private const int MaxAtOnce = 20;

    /// <summary>Takes the bridge's records in, each durable and harmless when it comes twice; then the revision.</summary>
    public void Take(RelayMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            if (message.Line == Guid.Empty || message.From < 0 || message.Through < message.From || message.Records.Count > SiteRules.MaxRecords)
            {
                Fault("The bridge's sealed records were not taken: their revisions make no sense.");
                return;
            }

            if (message.Exchange is { } exchange)
            {
                if (people.Down(ExchangeKey) is { } before && before != exchange) ChangeSite(exchange);
                else if (people.Down(ExchangeKey) is null) people.SetDown(ExchangeKey, exchange);
            }

            if (message.Site is { Length: <= 40 } name && name != people.Down(NameKey)) TakeName(name);
            string line = message.Line.ToString("D");
            RelayApplied? at = State();
            if (at is null || at.Line != message.Line)
            {
                people.SetDown(LineKey, line);
                people.SetDown(RevisionKey, "0");
                // Another bridge, or one restored from a backup: it may have lost what it had from here.
                if (at is not null) people.DirtyOwn(terminal);
                at = State();
            }

            if (at!.Revision != message.From) return;
            if (people.IsLocked)
            {
                // Not passed over: the revision stays, and the bridge sends them again.
                Fault("Records of the site's other terminals wait: the face templates of this one are locked.");
                return;
            }

            _problem = null;
            foreach (SiteRecord record in message.Records)
            {
                if (record is null || SiteRules.Check(record) is not null)
                {
                    Fault("A sealed record of the bridge's makes no sense; it was left out.");
                    continue;
                }

                // Another key came: from here on everything is asked for again, since what this terminal could not open is past.
                if (record.Terminal != terminal && TakeOne(record))
                {
                    people.SetDown(RevisionKey, "0");
                    Changed?.Invoke();
                    return;
                }
            }

            people.SetDown(RevisionKey, message.Through.ToString(CultureInfo.InvariantCulture));
            if (!message.Last || keys.Current is null || people.Down(JoiningKey) is null) return;
            people.DirtyAll(unseenOnly: true);
            people.SetDown(JoiningKey, null);
        }

        Changed?.Invoke();
    }

    /// <summary>What is to be sent now, in order; each is told to <see cref="Sent"/> once the bridge has it. Empty where nothing is.</summary>
    public IReadOnlyList<SiteOutgoing> Outgoing()
    {
        lock (_gate)
        {
            List<SiteOutgoing> records = [];
            // One key, one line, one root, one record: a bridge that lost it is told again.
            string mark = $"{people.Down(LineKey)}/{Code}/{papers.Issuer()}";
            if (people.Down(MemberKey) != mark && papers.Sign(keys.Public) is { } own) records.Add(new(own, () => people.SetDown(MemberKey, mark)));
            foreach ((string slot, string json) in people.SiteOut())
            {
                if (ContractCodec.TryRead(Encoding.UTF8.GetBytes(json), ContractJson.Default.SiteRecord, out SiteRecord? waiting, out _))
                    records.Add(new(waiting!, () => people.SentOut(slot, json)));
            }

            // Locked, a person would be told without a face.
            if (keys.Current is not { } key || people.Down(JoiningKey) is not null || people.IsLocked) return records;
            foreach (SiteDirty dirty in people.Dirty(MaxAtOnce))
            {
                List<SiteRecord> of = dirty.Erase ? [Erasure(key, dirty.Person)] : Person(key, dirty.Person);
                for (int i = 0; i < of.Count; i++) records.Add(new(of[i], i == of.Count - 1 ? () => people.Clean(dirty) : null));
                if (of.Count == 0) people.Clean(dirty);
            }

            return records;
        }
    }

    /// <summary>The bridge has it.</summary>
    public void Sent(SiteOutgoing outgoing)
    {
        ArgumentNullException.ThrowIfNull(outgoing);
        lock (_gate) outgoing.Done?.Invoke();
    }

    /// <summary>The bridge will never take it; said, and not tried again until the person changes.</summary>
    public void Refused(SiteOutgoing outgoing)
    {
        ArgumentNullException.ThrowIfNull(outgoing);
        lock (_gate)
        {
            Fault($"The bridge does not take a sealed record of this terminal's ({outgoing.Record.Kind}).");
            outgoing.Done?.Invoke();
        }
    }

    // The old site's others make a key without this terminal; it forgets theirs, and what it had from them.
    private void ChangeSite(string exchange)
    {
        bool shared = keys.Current is not null;
        IReadOnlyList<Person> lost = people.ChangeSite(terminal, exchange, shared);
        FinishLeaving();
        _due.Clear();
        _problem = null;
        foreach (Person before in lost)
        {
            if (models() is { } running)
            {
                running.Gallery.Remove(before.Id);
                if (people.TemplatesOf(before.Id, running.Templates) is { Count: > 0 } own) running.Gallery.Replace(before.Id, own);
            }

            if (people.Find(before.Id) is null) pins.Remove(before.Id);
            narration.Tell(new NarrationEvent { Kind = "erased", Person = before.Id, Name = before.Name, Text = $"{before.Name} ({before.Id}) came from the old site's other terminals: face templates and cards from there were erased here; punches stay." });
        }

        narration.Warn("site", $"The bridge has given this terminal another site.{(shared ? string.Create(CultureInfo.InvariantCulture, $" The old site's key was forgotten, and {lost.Count} {(lost.Count == 1 ? "person" : "people")} who came from its other terminals. Who was enrolled here stays here only, until enrolled here again. This terminal's code is {Code} now.") : "")}");
    }

    private void TakeName(string name)
    {
        people.SetDown(NameKey, name);
        narration.Tell("site", name.Length == 0 ? "This terminal is at the main site, as the bridge says." : $"This terminal is at the site '{name}', as the bridge says.");
    }

    private void FinishLeaving()
    {
        if (people.Down(LeavingKey) is null) return;
        keys.Renew();
        people.SetDown(LeavingKey, null);
    }

    private SiteRecord Erasure(SiteKey key, string person) => SiteSeal.Seal(key,
        new() { Kind = SiteKinds.Erase, Terminal = terminal, Person = person, Version = people.TakeVersion(person, null, terminal), Body = "" }, []);

    private List<SiteRecord> Person(SiteKey key, string person)
    {
        if (people.ForSite(person) is not { } known) return [];
        List<SiteRecord> records = [];
        IEnumerable<(string Pack, List<byte[]> Templates)> packs = known.Templates.Count > 0 ? known.Templates.Select(one => (one.Key, one.Value)) : [("", [])];
        foreach ((string pack, List<byte[]> templates) in packs)
        {
            byte[] plain = SitePerson.Write(known.Name, [.. known.Cards.Take(RosterRules.MaxCards)], [.. templates.Take(SitePerson.MaxTemplates)]);
            records.Add(SiteSeal.Seal(key, new() { Kind = SiteKinds.Person, Terminal = terminal, Person = person, Pack = pack, Version = people.TakeVersion(person, pack, terminal), Body = "" }, plain));
            Array.Clear(plain);
            foreach (byte[] template in templates) Array.Clear(template);
        }

        return records;
    }

    // True where the site key changed.
    private bool TakeOne(SiteRecord record)
    {
        switch (record.Kind)
        {
            case SiteKinds.Member:
                TakeMember(record);
                return false;
            case SiteKinds.Grant:
                return record.To == terminal && TakeGrant(record);
            case SiteKinds.Roll:
                if (keys.Current is { } key && SiteSeal.Open(key, record) is { } roll) TakeRoll(JsonSerializer.Deserialize(roll, SiteJson.Default.ListRollEntry) ?? []);
                return false;
            case SiteKinds.Revoked:
                if (people.Members().FirstOrDefault(one => one.Terminal == record.Terminal && one.State == SiteMember.Approved) is { } leaving)
                {
                    people.PutMember(leaving with { State = SiteMember.Leaving });
                    narration.Warn("site", $"The bridge has revoked {record.Terminal}: the site gets a key without it.");
                }

                return false;
            default:
                TakePerson(record);
                return false;
        }
    }

    private void TakeMember(SiteRecord record)
    {
        if (papers.Read(record) is not { } exchange)
        {
            Fault($"{record.Terminal} told an exchange key that is not signed with its certificate; it was left out.");
            return;
        }

        SiteMember? before = people.Members().FirstOrDefault(one => one.Terminal == record.Terminal);
        if (before is not null && before.Public.AsSpan().SequenceEqual(exchange)) return;
        string state = IsRevoked(exchange) ? SiteMember.Revoked : SiteMember.Waiting;
        people.PutMember(new(record.Terminal, exchange, state));
        string code = SiteCode.Of(record.Terminal, exchange);
        if (before is { State: SiteMember.Approved or SiteMember.Leaving })
            narration.Warn("site", $"{record.Terminal} has another exchange key than the one that was approved: its board was set up anew, or somebody else uses its name. It gets nothing until it is approved again (code {code}). If the old board is lost, revoke it: 'devices site revoke'.");
        else if (state == SiteMember.Waiting)
            narration.Tell("site", $"{record.Terminal} is at this site too. To share faces with it, compare its code at both terminals: 'devices site approve {record.Terminal} {code}' only if {record.Terminal} shows the same.");
    }

    private bool TakeGrant(SiteRecord record)
    {
        SiteMember? from = people.Members().FirstOrDefault(one => one.Terminal == record.Terminal);
        if (from is not { State: SiteMember.Approved })
        {
            narration.Tell("site", $"{record.Terminal} offers this terminal the site's key. It is taken once {record.Terminal} is approved here with its code.");
            return false;
        }

        byte[]? plain = Hpke.Open(keys.Exchange, from.Public, GrantInfo(record.Terminal, terminal), [], Convert.FromBase64String(record.Body));
        if (plain is null)
        {
            Fault($"A key of the site that is said to come from {record.Terminal} was not sealed by it for this terminal; it was left out.");
            return false;
        }

        GrantBody? body = JsonSerializer.Deserialize(plain, SiteJson.Default.GrantBody);
        Array.Clear(plain);
        if (body is not { Key.Length: 32, Id.Length: 32, Epoch: > 0 }) return false;
        SiteKey offered = new(body.Site, body.Epoch, body.Id, body.Key);
        if (offered.Id == keys.Current?.Id) TakeRoll(body.Roll);
        if (!offered.IsNewerThan(keys.Current)) return false;
        if (keys.Current?.Site != offered.Site)
        {
            people.SetDown(JoiningKey, "1");
            people.ForgetSeen();
        }

        // Two terminals made a key at once, and this one's does not hold: what was sealed with it is sealed again.
        bool lost = keys.Current?.Site == offered.Site && keys.Current.Epoch == offered.Epoch;
        keys.Set(offered);
        people.SetDown(PublishedKey, offered.Id);
        if (lost) people.DirtyAll(unseenOnly: false);
        TakeRoll(body.Roll);
        narration.Tell("site", string.Create(CultureInfo.InvariantCulture, $"This terminal has key {offered.Epoch} of its site, from {record.Terminal}: people enrolled at the other terminals are recognised here too."));
        return true;
    }

    // Who holds the site key is believed about who belongs to it; a key that was taken out once stays out.
    private void TakeRoll(List<RollEntry> roll)
    {
        foreach (RollEntry entry in roll.Where(one => one.Revoked)) people.Revoke(entry.Terminal, entry.Exchange);
        foreach (RollEntry entry in roll.Where(one => !one.Revoked && one.Terminal != terminal && Hpke.IsPublic(one.Exchange) && !IsRevoked(one.Exchange)))
        {
            SiteMember? before = people.Members().FirstOrDefault(one => one.Terminal == entry.Terminal);
            if (before is not null && before.State != SiteMember.Waiting && before.Public.AsSpan().SequenceEqual(entry.Exchange)) continue;
            people.PutMember(new(entry.Terminal, entry.Exchange, SiteMember.Approved));
            narration.Tell("site", $"{entry.Terminal} belongs to the site, as one of its terminals says.");
        }
    }

    private void TakePerson(SiteRecord record)
    {
        if (keys.Current is not { } key || record.Key != key.Id) return;
        if (SiteSeal.Open(key, record) is not { } plain)
        {
            Fault("A person's sealed record does not open: it was altered on its way. It was left out.");
            return;
        }

        if (record.Kind == SiteKinds.Erase)
        {
            string? name = people.Find(record.Person!)?.Name;
            if (!people.EraseFromSite(record)) return;
            models()?.Gallery.Remove(record.Person!);
            photos?.Erase(record.Person!);
            if (people.Find(record.Person!) is null) pins.Remove(record.Person!);
            narration.Tell(new NarrationEvent { Kind = "erased", Person = record.Person, Name = name, Text = $"{name ?? record.Person} ({record.Person}) was erased at {record.Terminal}, and so here: face templates and cards; punches stay." });
            return;
        }

        SitePerson? person = SitePerson.Read(plain, record);
        Array.Clear(plain);
        if (person is null)
        {
            Fault($"A record of {record.Terminal} about {record.Person} cannot be read; it was left out.");
            return;
        }

        List<string> problems = [];
        if (!people.PutFromSite(record, person.Name, person.Cards, person.Templates, problems)) return;
        foreach (string problem in problems) Fault(problem);
        if (people.Find(record.Person!)?.FaceConsent == FaceConsents.Withdrawn) return;
        if (GalleryOf(record.Pack) is { } gallery && gallery.Replace(record.Person!, [.. person.Templates]) is { } unfit) Fault($"{unfit.Message} The disk has the templates; restart the agent.");
        narration.Tell(new NarrationEvent
        {
            Kind = "enrolled", Person = record.Person, Name = person.Name,
            Text = $"{person.Name} ({record.Person}) was enrolled at {record.Terminal}: {person.Templates.Count} templates, {person.Cards.Count} cards came from there.{(person.Templates.Count > 0 && models() is not null && GalleryOf(record.Pack) is null ? " The templates are of another model pack: kept, and not compared." : "")}",
        });
    }

    private void Fault(string problem)
    {
        _problem = problem;
        narration.Warn("site", problem);
    }
}

/// <summary>A record on its way up.</summary>
/// <param name="Done">What is to be noted once the bridge has it.</param>
public sealed record SiteOutgoing(SiteRecord Record, Action? Done);
