using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;

namespace Devices.Bridge.Tests.Roster;

public sealed class RosterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tree_is_walked_and_pages_are_followed()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 450).Select(i => $"p{i:000}")]);
        await using Bench bench = await Bench.StartAsync(platform);

        IReadOnlyList<Person> people = await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 450, "the pull at start");

        people.Single(p => p.UserId == "p001").Departments.ShouldBe([3]);
        (await bench.Get<IPeopleStore>().DepartmentsAsync(SiteScope.All, Stop)).Select(d => d.Name).ShouldBe(["Engineering", "Compilers"]);
        (await RosterService.StatusAsync(bench.Get<ISettingStore>(), Stop)).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_failing_pull_empties_nothing_and_says_so()
    {
        await using Bench bench = await Bench.StartAsync();
        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 4, "the pull at start");
        await bench.Platform.FaultAsync(new { kind = "no-permission", api = "topapi/v2/user/list" });

        RosterStatus status = await bench.Get<RosterService>().PullAsync(false, Stop);

        status.Problem.ShouldBe("reason.no_permission");
        status.LastGoodAt.ShouldNotBeNull();
        (await bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(4);
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldContain(r => r.Source == "roster");
    }

    [Fact]
    public async Task A_mass_disappearance_is_held_until_somebody_confirms_it()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);
        await using Bench bench = await Bench.StartAsync(platform);
        IPeopleStore people = bench.Get<IPeopleStore>();
        await Until.Async(() => people.PeopleAsync(SiteScope.All), p => p.Count == 20, "the pull at start");
        await platform.PeopleAsync([.. Enumerable.Range(0, 10).Select(i => $"p{i}")]);

        RosterStatus held = await bench.Get<RosterService>().PullAsync(false, Stop);

        held.Held.ShouldBeTrue();
        (held.Missing, held.Of).ShouldBe((10, 20));
        (await people.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(20);

        (await bench.Get<RosterService>().PullAsync(true, Stop)).Problem.ShouldBeNull();
        (await people.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(10);
        (await people.PeopleAsync(SiteScope.All, true, Stop)).Count.ShouldBe(20, "leavers are marked, not deleted");
        (await bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10, Stop)).ShouldNotContain(r => r.Source == "roster");
    }

    [Fact]
    public async Task A_confirmation_holds_for_what_was_shown_and_not_for_more()
    {
        await using PlayedPlatform platform = await PlayedPlatform.StartAsync(null, [.. Enumerable.Range(0, 20).Select(i => $"p{i}")]);
        await using Bench bench = await Bench.StartAsync(platform);
        IPeopleStore people = bench.Get<IPeopleStore>();
        await Until.Async(() => people.PeopleAsync(SiteScope.All), p => p.Count == 20, "the pull at start");
        await platform.PeopleAsync([.. Enumerable.Range(0, 14).Select(i => $"p{i}")]);
        (await bench.Get<RosterService>().PullAsync(false, Stop)).Missing.ShouldBe(6);
        await platform.PeopleAsync(["p0"]);

        RosterStatus again = await bench.Get<RosterService>().PullAsync(true, Stop);

        (again.Held, again.Missing).ShouldBe((true, 19));
        (await people.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task One_leaver_is_obeyed_at_once()
    {
        await using Bench bench = await Bench.StartAsync();
        IPeopleStore people = bench.Get<IPeopleStore>();
        await Until.Async(() => people.PeopleAsync(SiteScope.All), p => p.Count == 4, "the pull at start");
        await bench.Platform.PeopleAsync(["ada", "grace", "alan"]);

        (await bench.Get<RosterService>().PullAsync(false, Stop)).Problem.ShouldBeNull();

        (await people.PeopleAsync(SiteScope.All, false, Stop)).Select(p => p.UserId).ShouldBe(["ada", "alan", "grace"], ignoreOrder: true);
    }
}
