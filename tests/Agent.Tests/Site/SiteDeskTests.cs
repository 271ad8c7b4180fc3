using System.Security.Cryptography;
using System.Text;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Tests.Downlink;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.Site;

/// <summary>Templates pass between a site's terminals through a bridge that reads nothing and may lie.</summary>
public sealed class SiteDeskTests : IDisposable
{
    private static readonly PackRef Pack = new("pack-a", "1.0.0");
    private readonly PlayedAuthority _authority = new();
    private readonly FakeTimeProvider _time = new();
    private readonly PlayedRelay _relay = new();
    private readonly List<PlayedBoard> _boards = [];

    public void Dispose()
    {
        foreach (PlayedBoard board in _boards) board.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Who_is_enrolled_at_one_terminal_is_known_at_the_others_after_people_compared_codes()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        FaceTemplate template = Enrol(a, "u1", "Ada", 1, "04A1B2C3");
        Enrol(b, "u2", "Grace", 2);
        a.Desk.Create().ShouldBeNull();
        Settle();
        b.People.Find("u1").ShouldBeNull();

        // One side is not enough.
        a.Desk.Approve("m2-002", b.Desk.Code).ShouldBeNull();
        Settle();
        b.Keys.Current.ShouldBeNull();
        b.Desk.Approve("m2-001", a.Desk.Code).ShouldBeNull();
        Settle();

        b.Keys.Current!.Id.ShouldBe(a.Keys.Current!.Id);
        Person person = b.People.Find("u1")!;
        (person.Name, person.Cards.Single(), person.Templates[Pack.ToString()]).ShouldBe(("Ada", "04A1B2C3", 1));
        Opened(b, "u1").Single().Vector.ToArray().ShouldBe(template.Vector.ToArray());
        Opened(a, "u2").Count.ShouldBe(1);

        // The bridge has nothing that can be read.
        byte[] plain = FaceTemplateCodec.Encode(template);
        foreach (SiteRecord record in _relay.Records.Values)
            Encoding.Latin1.GetString(Convert.FromBase64String(record.Body)).ShouldNotContain(Encoding.Latin1.GetString(plain, 60, 32));
    }

    [Fact]
    public void A_bridge_that_puts_its_own_key_in_a_terminals_place_is_found_by_the_code()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        a.Desk.Create().ShouldBeNull();
        // The bridge owns the authority: it can make a certificate for any name.
        PlayedBoard evil = new("m2-002", _authority, _time);
        _boards.Add(evil);
        _relay.Keep(evil.Papers.Sign(evil.Keys.Public)!);
        a.Talk(_relay);
        a.Desk.Approve("m2-002", b.Desk.Code)!.ShouldContain("put another key in its place");
        Settle(a, evil);
        evil.Keys.Current.ShouldBeNull();

        // Nor does b take a key from somebody whose code nobody has compared there.
        evil.Desk.Create().ShouldBeNull();
        evil.People.PutMember(new("m2-002", b.Keys.Public, SiteMember.Approved));
        b.Talk(_relay);
        b.Keys.Current.ShouldBeNull();
    }

    [Fact]
    public void A_terminal_signed_by_nobody_we_know_is_not_even_shown()
    {
        PlayedBoard a = Board("m2-001");
        using PlayedAuthority other = new();
        PlayedBoard stranger = new("m2-009", other, _time);
        _boards.Add(stranger);
        _relay.Keep(stranger.Papers.Sign(stranger.Keys.Public)!);
        a.Talk(_relay);
        a.Desk.Status().Members.ShouldBeEmpty();
        a.Narration.Recent.ShouldContain(e => e.Kind == "site" && e.Text.Contains("m2-009 told an exchange key"));
    }

    [Fact]
    public void A_revoked_terminal_opens_nothing_that_was_sealed_after_the_new_key()
    {
        (PlayedBoard a, PlayedBoard b, PlayedBoard c) = (Board("m2-001"), Board("m2-002"), Board("m2-003"));
        Site(a, b, c);
        Enrol(a, "u1", "Ada", 1);
        Settle();
        SiteKey old = c.Keys.Current!;
        Opened(c, "u1").Count.ShouldBe(1);

        // The bridge revokes it; nobody has to press anything. m2-001 is first in the alphabet and does it.
        _relay.Keep(new() { Kind = SiteKinds.Revoked, Terminal = "m2-003", Body = "" });
        Settle(a, b);
        (a.Keys.Current!.Epoch, a.Keys.Current.Id).ShouldBe((2, b.Keys.Current!.Id));
        Enrol(b, "u2", "Grace", 2);
        Settle(a, b);
        Opened(a, "u2").Count.ShouldBe(1);

        // With its key and everything the bridge has, it opens no person any more, old ones included.
        SiteRecord[] people = [.. _relay.Records.Values.Where(one => one.Kind == SiteKinds.Person)];
        people.Length.ShouldBe(2);
        SiteKey guessed = old with { Epoch = 2, Id = a.Keys.Current!.Id };
        people.ShouldAllBe(one => SiteSeal.Open(old, one) == null && SiteSeal.Open(guessed, one) == null);
        c.Talk(_relay);
        c.Keys.Current!.Id.ShouldBe(old.Id);
        c.People.Find("u2").ShouldBeNull();

        // What it seals with the old key, saying it were m2-001, is not believed.
        SiteRecord forged = SiteSeal.Seal(old, new() { Kind = SiteKinds.Person, Terminal = "m2-001", Person = "u1", Pack = "", Version = 99, Body = "" }, SitePerson.Write("Mallory", [], []));
        _relay.Keep(forged);
        Settle(a, b);
        a.People.Find("u1")!.Name.ShouldBe("Ada");
        // And it cannot come back with that key.
        a.Desk.Approve("m2-003", c.Desk.Code)!.ShouldContain("leave");
    }

    [Fact]
    public void A_terminal_that_is_added_later_gets_everybody_and_trusts_whom_the_site_trusts()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        Enrol(a, "u1", "Ada", 1);
        Enrol(b, "u2", "Grace", 2);
        Settle();
        PlayedBoard c = Board("m2-003");
        Settle();
        b.Desk.Approve("m2-003", c.Desk.Code).ShouldBeNull();
        c.Desk.Approve("m2-002", b.Desk.Code).ShouldBeNull();
        Settle();
        (Opened(c, "u1").Count, Opened(c, "u2").Count).ShouldBe((1, 1));
        a.Desk.Status().Members.Single(one => one.Terminal == "m2-003").State.ShouldBe(SiteMember.Approved);
        // A new key made by the one that never met it reaches it all the same.
        a.Desk.Revoke("m2-002").ShouldBeNull();
        Settle(a, c);
        c.Keys.Current!.Id.ShouldBe(a.Keys.Current!.Id);
    }

    [Fact]
    public void Two_terminals_that_make_a_new_key_at_once_end_with_the_same()
    {
        (PlayedBoard a, PlayedBoard b, PlayedBoard c) = (Board("m2-001"), Board("m2-002"), Board("m2-003"));
        Site(a, b, c);
        Enrol(c, "u1", "Ada", 1);
        Settle();
        a.Desk.Revoke("m2-003").ShouldBeNull();
        b.Desk.Revoke("m2-003").ShouldBeNull();
        Settle(a, b);
        a.Keys.Current!.Id.ShouldBe(b.Keys.Current!.Id);
        Enrol(a, "u2", "Grace", 2);
        Settle(a, b);
        (Opened(b, "u2").Count, Opened(b, "u1").Count).ShouldBe((1, 1));
    }

    [Fact]
    public void An_older_record_put_back_or_given_to_somebody_else_or_altered_is_not_taken()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        Enrol(a, "u1", "Ada", 1);
        Settle();
        SiteRecord first = Of("u1");
        FaceTemplate second = Enrol(a, "u1", "Ada", 2);
        Settle();
        Opened(b, "u1").Single().Id.ShouldBe(second.Id);

        SiteRecord now = Of("u1");
        byte[] bent = Convert.FromBase64String(now.Body);
        bent[20] ^= 1;
        foreach (SiteRecord lie in (SiteRecord[])[first, first with { Version = now.Version + 5 }, now with { Person = "u7" }, now with { Version = 77 }, now with { Version = 78, Body = Convert.ToBase64String(bent) }, now with { Terminal = "m2-003", Version = 79 }])
        {
            b.Desk.Take(new() { Line = _relay.Line, From = b.Desk.State()!.Revision, Through = b.Desk.State()!.Revision, Records = [lie] });
            Opened(b, "u1").Single().Id.ShouldBe(second.Id);
            b.People.Find("u7").ShouldBeNull();
        }
    }

    [Fact]
    public void An_erasure_at_one_terminal_is_one_at_all_and_nothing_old_brings_the_person_back()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        Enrol(a, "u1", "Ada", 1, "04A1B2C3");
        Settle();
        SiteRecord kept = Of("u1");
        b.People.Erase("u1").ShouldBeTrue();
        Settle();
        a.People.Find("u1").ShouldBeNull();
        _relay.Records.Values.ShouldNotContain(one => one.Kind == SiteKinds.Person);
        a.Desk.Take(new() { Line = _relay.Line, From = a.Desk.State()!.Revision, Through = a.Desk.State()!.Revision, Records = [kept] });
        a.People.Find("u1").ShouldBeNull();
        // Enrolled anew, the person is known at both again.
        Enrol(a, "u1", "Ada", 3);
        Settle();
        Opened(b, "u1").Count.ShouldBe(1);
    }

    [Fact]
    public void Who_left_by_the_roster_is_not_brought_back_by_a_record_that_comes_late()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        Enrol(a, "u1", "Ada", 1);
        Settle();
        SiteRecord kept = Of("u1");
        Guid line = Guid.NewGuid();
        b.People.Apply(new() { Line = line, From = 0, Through = 5, Gone = [new() { Id = "u1", Revision = 5 }] }, [], new HashSet<string>());
        b.Desk.Take(new() { Line = _relay.Line, From = b.Desk.State()!.Revision, Through = b.Desk.State()!.Revision, Records = [kept] });
        b.People.Find("u1").ShouldBeNull();
        b.Desk.Outgoing().ShouldBeEmpty();
    }

    [Fact]
    public void A_template_of_another_pack_is_kept_and_another_terminals_change_does_not_cost_ones_own_that_is_untold()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        FaceTemplate mine = Enrol(b, "u1", "Ada", 5); // Not told yet: the bridge is away.
        Enrol(a, "u1", "Ada", 6);
        PackRef other = new("pack-b", "2.0.0");
        a.People.Put("u1", "Ada", null, [Template("u1", 7, other)], other).ShouldBeNull();
        a.Talk(_relay);
        Settle();
        // Both end with the same for pack-a, the later told, and with pack-b's beside it.
        Opened(a, "u1").Single().Id.ShouldBe(mine.Id);
        Opened(b, "u1").Single().Id.ShouldBe(mine.Id);
        a.People.Find("u1")!.Templates.Keys.ShouldBe([Pack.ToString(), other.ToString()], ignoreOrder: true);
    }

    [Fact]
    public void A_bridge_that_lost_its_records_is_told_them_again()
    {
        (PlayedBoard a, PlayedBoard b) = (Board("m2-001"), Board("m2-002"));
        Site(a, b);
        Enrol(a, "u1", "Ada", 1);
        Settle();
        _relay.Records.Clear();
        _relay.Line = Guid.NewGuid();
        Settle();
        Of("u1").ShouldNotBeNull();
        _relay.Records.Values.Count(one => one.Kind == SiteKinds.Member).ShouldBe(2);
        Opened(b, "u1").Count.ShouldBe(1);
    }

    [Fact]
    public void The_keys_lie_in_a_file_for_this_account_alone_and_survive()
    {
        PlayedBoard a = Board("m2-001");
        a.Desk.Create().ShouldBeNull();
        File.GetUnixFileMode(a.File("site.keys")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using SiteKeys again = SiteKeys.Open(a.File("site.keys"));
        again.Current!.Key.ShouldBe(a.Keys.Current!.Key);
        again.Public.ShouldBe(a.Keys.Public);
        File.WriteAllText(a.File("site.keys"), "{");
        Should.Throw<GalleryException>(() => SiteKeys.Open(a.File("site.keys"))).Message.ShouldContain("damaged");
    }

    private PlayedBoard Board(string name)
    {
        PlayedBoard board = new(name, _authority, _time);
        _boards.Add(board);
        return board;
    }

    private void Site(PlayedBoard first, params PlayedBoard[] others)
    {
        first.Desk.Create().ShouldBeNull();
        Settle();
        foreach (PlayedBoard other in others)
        {
            first.Desk.Approve(other.Name, other.Desk.Code).ShouldBeNull();
            other.Desk.Approve(first.Name, first.Desk.Code).ShouldBeNull();
        }

        Settle();
        foreach (PlayedBoard other in others) other.Keys.Current!.Id.ShouldBe(first.Keys.Current!.Id);
    }

    private void Settle(params PlayedBoard[] who)
    {
        for (int round = 0; round < 6; round++)
            foreach (PlayedBoard board in who.Length > 0 ? who : [.. _boards]) board.Talk(_relay);
    }

    private SiteRecord Of(string person) => _relay.Records.Values.Last(one => one.Kind == SiteKinds.Person && one.Person == person);

    private static FaceTemplate Enrol(PlayedBoard board, string id, string name, int seed, string? card = null)
    {
        FaceTemplate template = Template(id, seed, Pack);
        board.People.Put(id, name, card is null ? null : [card], [template], Pack).ShouldBeNull();
        return template;
    }

    private static FaceTemplate Template(string person, int seed, PackRef pack) => RosterDeskTests.Template(person, seed) with { Pack = pack };

    private static List<FaceTemplate> Opened(PlayedBoard board, string person)
    {
        List<FaceTemplate> opened = [];
        board.People.Templates(Pack, template => { if (template.Person == person) opened.Add(template); }, out int damaged);
        damaged.ShouldBe(0);
        return opened;
    }
}
