using System.Net;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Store;

namespace Devices.Bridge.Tests.Roster;

/// <summary>A person who drops out of the roster by mistake cannot punch: what is not surely a whole roster is none.</summary>
public sealed class PullEdgeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Leaf = "{\"errcode\":0,\"result\":[]}";
    private const string Ada = "{\"errcode\":0,\"result\":{\"has_more\":false,\"list\":[{\"userid\":\"ada\",\"name\":\"Ada\",\"dept_id_list\":[1]}]}}";

    [Theory]
    [InlineData("{\"errcode\":0}", Ada)]
    [InlineData("{\"errcode\":0,\"result\":{}}", Ada)]
    [InlineData("{\"errcode\":0,\"result\":[{\"name\":\"no id\"}]}", Ada)]
    [InlineData("{\"errcode\":0,\"result\":[7]}", Ada)]
    [InlineData(Leaf, "{\"errcode\":0}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":[]}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"list\":[]}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":\"false\",\"list\":[]}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":false,\"list\":{}}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":false,\"list\":[{\"name\":\"no id\"}]}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":false,\"list\":[null]}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":true,\"list\":[]}}")]
    [InlineData(Leaf, "{\"errcode\":0,\"result\":{\"has_more\":true,\"next_cursor\":0,\"list\":[]}}")]
    public async Task An_answer_that_does_not_say_all_that_it_must_is_no_roster(string departments, string people)
    {
        RosterPull pull = await PullAsync(departments, people);

        pull.Complete.ShouldBeFalse();
        pull.Outcome.Reason.ShouldBe("reason.unreadable_answer");
        pull.People.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_page_at_the_end_and_a_person_listed_twice_are_one_roster()
    {
        RosterPull pull = await PullAsync(
            "{\"errcode\":0,\"result\":[]}",
            "{\"errcode\":0,\"result\":{\"has_more\":true,\"next_cursor\":2,\"list\":[{\"userid\":\"ada\",\"name\":\"Ada\",\"dept_id_list\":[1]},{\"userid\":\"ada\",\"name\":\"Ada\",\"dept_id_list\":[4]}]}}",
            "{\"errcode\":0,\"result\":{\"has_more\":false,\"list\":[]}}");

        pull.Complete.ShouldBeTrue();
        Person ada = pull.People.ShouldHaveSingleItem();
        (ada.UserId, string.Join(',', ada.Departments)).ShouldBe(("ada", "1,4"));
    }

    [Theory]
    [InlineData("{\"errcode\":88,\"sub_code\":\"60011\",\"sub_msg\":\"no permission\"}")]
    [InlineData("{\"errcode\":60011,\"errmsg\":\"no permission\"}")]
    public async Task A_fault_half_way_through_the_pages_is_no_roster(string fault)
    {
        RosterPull pull = await PullAsync(
            Leaf, "{\"errcode\":0,\"result\":{\"has_more\":true,\"next_cursor\":1,\"list\":[{\"userid\":\"ada\",\"name\":\"Ada\"}]}}", fault);

        (pull.Complete, pull.People.Count, pull.Departments.Count).ShouldBe((false, 0, 0));
    }

    [Fact]
    public async Task Somebody_who_comes_back_keeps_the_id_and_the_history_and_a_changed_id_is_another_person()
    {
        await using StoreFixture store = new();
        Department[] office = [new(1, null, "Office")];
        await store.People.ReconcileAsync(office, [new("ada", "Ada", "J1", true, [1]), new("grace", "Grace", "J2", true, [1])]);
        await store.People.ReconcileAsync(office, [new("grace", "Grace", "J2", true, [1])]);
        (await store.People.FindPersonAsync(SiteScope.All, "ada"))!.Active.ShouldBeFalse();

        RosterChange change = await store.People.ReconcileAsync(office, [new("ada", "Ada", "J1", true, [1]), new("g-new", "Grace", "J2", true, [1])]);
        (change.Added, change.Changed, change.Left, change.Departments).ShouldBe((1, 1, 1, 0));

        (await store.People.PeopleAsync(SiteScope.All, false)).Select(p => p.UserId).ShouldBe(["ada", "g-new"]);
        (await store.People.FindPersonAsync(SiteScope.All, "grace"))!.Active.ShouldBeFalse("punches under the old id keep their name");
        (await store.Database.ReadAsync(s => s.Number("SELECT COUNT(*) FROM people WHERE userid = 'ada' AND left_at IS NULL"))).ShouldBe(1);
        (await store.People.ReconcileAsync(office, [new("ada", "Ada", "J1", true, [1]), new("ada", "Ada", "J1", true, [1]), new("g-new", "Grace", "J2", true, [1])])).ShouldBe(new RosterChange(0, 0, 0, 0));
    }

    private static async Task<RosterPull> PullAsync(string departments, params string[] pages)
    {
        DingTalkOptions options = new() { AppKey = "key", AppSecretFile = Path.GetTempFileName() };
        try
        {
            await File.WriteAllTextAsync(options.AppSecretFile, "secret", Stop);
            using Answers answers = new(departments, pages);
            using DingTalkHttp http = new(answers, options, TimeProvider.System);
            using AccessTokenSource tokens = new(options, http, TimeProvider.System);
            return await new DingTalkRoster(new(options, http, tokens)).PullAsync(Stop);
        }
        finally
        {
            File.Delete(options.AppSecretFile);
        }
    }

    private sealed class Answers(string departments, string[] pages) : HttpMessageHandler, IHttpClientFactory
    {
        private int _page;

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            string text = path.EndsWith("accessToken", StringComparison.Ordinal) ? "{\"accessToken\":\"t\",\"expireIn\":7200}"
                : path.EndsWith("listsub", StringComparison.Ordinal) ? departments
                : pages[Math.Min(_page++, pages.Length - 1)];
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) });
        }
    }
}
