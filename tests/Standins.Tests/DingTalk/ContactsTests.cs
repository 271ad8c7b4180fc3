using System.Text.Json.Nodes;

namespace Devices.Standins.Tests.DingTalk;

public sealed class ContactsTests
{
    [Fact]
    public async Task Listsub_gives_one_level_and_starts_at_the_root()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var top = (await CallAsync(cloud, "topapi/v2/department/listsub", new { }))["result"]!.AsArray();
        top.Select(d => d!.Text("name")).ShouldBe(["研发"]);
        top[0]!.Number("parent_id").ShouldBe(1);
        var below = (await CallAsync(cloud, "topapi/v2/department/listsub", new { dept_id = 2 }))["result"]!.AsArray();
        below.Select(d => d!.Number("dept_id")).ShouldBe([3]);
    }

    [Fact]
    public async Task Listsubid_gives_one_level_of_ids()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var result = (await CallAsync(cloud, "topapi/v2/department/listsubid", new { dept_id = 1 }))["result"]!;
        result["dept_id_list"]!.AsArray().Select(d => d!.GetValue<long>()).ShouldBe([2]);
    }

    [Fact]
    public async Task An_unknown_department_is_60003_and_an_unknown_user_60121()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await CallAsync(cloud, "topapi/v2/department/listsub", new { dept_id = 99 })).Errcode().ShouldBe(60003);
        (await CallAsync(cloud, "topapi/user/listid", new { dept_id = 99 })).Errcode().ShouldBe(60003);
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "nobody" })).Errcode().ShouldBe(60121);
    }

    [Fact]
    public async Task User_list_pages_by_cursor_and_gives_only_the_departments_own_members()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var first = (await CallAsync(cloud, "topapi/v2/user/list", new { dept_id = 2, cursor = 0, size = 1 }))["result"]!;
        first["has_more"]!.GetValue<bool>().ShouldBeTrue();
        first["list"]!.AsArray().ShouldHaveSingleItem()!.Text("userid").ShouldBe("u1");
        var second = (await CallAsync(cloud, "topapi/v2/user/list", new { dept_id = 2, cursor = first.Number("next_cursor"), size = 1 }))["result"]!;
        second["has_more"]!.GetValue<bool>().ShouldBeFalse();
        second["next_cursor"].ShouldBeNull();
        var user = second["list"]!.AsArray().ShouldHaveSingleItem()!;
        user.Text("name").ShouldBe("Ada Lovelace");
        user.Text("job_number").ShouldBe("1002");
        user["dept_id_list"]!.AsArray().Select(d => d!.GetValue<long>()).ShouldBe([2, 3]);
        (await CallAsync(cloud, "topapi/v2/user/list", new { dept_id = 2, cursor = 0, size = 101 })).Errcode().ShouldBe(400002);
        (await CallAsync(cloud, "topapi/v2/user/list", new { dept_id = 2 })).Errcode().ShouldBe(400002);
    }

    [Fact]
    public async Task Listid_gives_all_of_a_department_and_user_get_one_person()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var ids = (await CallAsync(cloud, "topapi/user/listid", new { dept_id = 2 }))["result"]!["userid_list"]!.AsArray();
        ids.Select(i => i!.GetValue<string>()).ShouldBe(["u1", "u2"]);
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "u2" }))["result"]!.Text("name").ShouldBe("Ada Lovelace");
    }

    [Fact]
    public async Task People_come_from_a_seed_file_and_can_be_merged_or_replaced()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("people.json"), """{"users":[{"userid":"s1","name":"Seeded"}]}""", PlayedCloud.Token);
        await using var cloud = await PlayedCloud.StartAsync("--seed", folder.File("people.json"));
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "s1" })).Errcode().ShouldBe(60121, "the fixture replaced the seed");
        await cloud.PostAsync("_standin/people?merge=true", new { users = new[] { new { userid = "u9", name = "New" } } });
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "u1" })).Errcode().ShouldBe(0);
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "u9" })).Errcode().ShouldBe(0);
        await cloud.PostAsync("_standin/reset", new { });
        (await CallAsync(cloud, "topapi/v2/user/get", new { userid = "s1" })).Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task Contacts_calls_are_not_metered()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "monthly_calls=0");
        (await CallAsync(cloud, "topapi/user/listid", new { dept_id = 1 })).Errcode().ShouldBe(0);
        (await cloud.GetAsync("_standin/calls")).Number("metered").ShouldBe(0);
    }

    private static async Task<JsonObject> CallAsync(PlayedCloud cloud, string api, object body) =>
        await cloud.PostAsync($"{api}?access_token={await cloud.AccessTokenAsync()}", body);
}
