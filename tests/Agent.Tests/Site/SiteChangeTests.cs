using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Site;
using Devices.Edge.Agent.Tests.Downlink;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.Site;

/// <summary>A terminal that the bridge gives another site: nothing of the old site stays readable there, and nothing of its own is lost or spread.</summary>
public sealed class SiteChangeTests : IDisposable
{
    private static readonly PackRef Pack = new("pack-a", "1.0.0");
    private readonly PlayedAuthority _authority = new();
    private readonly FakeTimeProvider _time = new();
    private readonly PlayedRelay _old = new() { Exchange = "", Site = "" };
    private readonly PlayedRelay _new = new() { Exchange = "b", Site = "North gate" };
    private readonly PlayedBoard _a;
    private readonly PlayedBoard _b;

    public SiteChangeTests()
    {
        _a = new("m2-001", _authority, _time);
        _b = new("m2-002", _authority, _time);
        _a.Desk.Create().ShouldBeNull();
        Settle(_old, _a, _b);
        _a.Desk.Approve("m2-002", _b.Desk.Code).ShouldBeNull();
        _b.Desk.Approve("m2-001", _a.Desk.Code).ShouldBeNull();
        Enrol(_a, "u1", "Ada", 1, "04A1B2C3");
        Enrol(_b, "u2", "Grace", 2);
        Settle(_old, _a, _b);
        (Count(_b, "u1"), Count(_a, "u2")).ShouldBe((1, 1));
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void It_forgets_the_old_sites_key_and_people_keeps_its_own_and_tells_none_of_them_to_the_new_site()
    {
        (string code, SiteKey key) = (_b.Desk.Code, _b.Keys.Current!);
        _b.Talk(_new);
        (_b.Keys.Current, _b.Desk.SiteName, _b.Desk.State()!.Site).ShouldBe((null, "North gate", "North gate"));
        _b.Desk.Code.ShouldNotBe(code);
        _b.People.Find("u1").ShouldBeNull();
        _b.People.FindByCard("04A1B2C3").ShouldBeNull();
        Count(_b, "u2").ShouldBe(1);
        _b.Narration.Recent.ShouldContain(e => e.Kind == "erased" && e.Person == "u1");
        // Nothing that was sealed for the old site came here.
        _new.Records.Values.ShouldAllBe(one => one.Kind == SiteKinds.Member);

        // The new site's first key, a new key after it, and a terminal that joins: u2 was enrolled for the others.
        using PlayedBoard c = new("m2-003", _authority, _time);
        _b.Desk.Create().ShouldBeNull();
        Settle(_new, _b, c);
        _b.Desk.Approve("m2-003", c.Desk.Code).ShouldBeNull();
        c.Desk.Approve("m2-002", _b.Desk.Code).ShouldBeNull();
        Enrol(_b, "u3", "Linus", 3);
        Settle(_new, _b, c);
        (Count(c, "u3"), Count(c, "u2")).ShouldBe((1, 0));
        _new.Keep(new() { Kind = SiteKinds.Revoked, Terminal = "m2-003", Body = "" });
        Settle(_new, _b);
        _b.Keys.Current!.Epoch.ShouldBe(2);
        _new.Records.Values.Where(one => one.Kind == SiteKinds.Person).Select(one => one.Person).ShouldBe(["u3"]);
        // Enrolled again here, it is this site's.
        Enrol(_b, "u2", "Grace", 4);
        Settle(_new, _b);
        _new.Records.Values.ShouldContain(one => one.Person == "u2" && one.Key == _b.Keys.Current!.Id);

        // The old site's key opens nothing that comes after, and its others make another.
        _old.Keep(new() { Kind = SiteKinds.Revoked, Terminal = "m2-002", Body = "" });
        Settle(_old, _a);
        _a.Keys.Current!.Epoch.ShouldBe(2);
        _old.Records.Values.Where(one => one.Kind == SiteKinds.Person).ShouldAllBe(one => SiteSeal.Open(key, one) == null);
    }

    [Fact]
    public void One_that_shared_with_nobody_keeps_everybody_for_the_new_site()
    {
        using PlayedBoard c = new("m2-003", _authority, _time);
        c.Talk(_old);
        Enrol(c, "u7", "Rob", 7);
        c.Talk(_new);
        c.Desk.Create().ShouldBeNull();
        c.Talk(_new);
        _new.Records.Values.ShouldContain(one => one.Kind == SiteKinds.Person && one.Person == "u7");
    }

    [Fact]
    public void A_new_name_of_the_same_site_changes_nothing_else()
    {
        _old.Site = "Head office";
        _old.Keep(_old.Records.Values.First(one => one.Kind == SiteKinds.Member));
        string key = _b.Keys.Current!.Id;
        Settle(_old, _a, _b);
        (_b.Desk.SiteName, _b.Keys.Current!.Id, Count(_b, "u1")).ShouldBe(("Head office", key, 1));
    }

    private static void Settle(PlayedRelay relay, params PlayedBoard[] boards)
    {
        for (int round = 0; round < 6; round++)
            foreach (PlayedBoard board in boards) board.Talk(relay);
    }

    private static void Enrol(PlayedBoard board, string id, string name, int seed, string? card = null) =>
        board.People.Put(id, name, card is null ? null : [card], [RosterDeskTests.Template(id, seed) with { Pack = Pack }], Pack).ShouldBeNull();

    private static int Count(PlayedBoard board, string person) => board.People.TemplatesOf(person, Pack).Count;
}
