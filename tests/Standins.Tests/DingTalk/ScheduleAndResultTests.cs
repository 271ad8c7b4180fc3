using System.Text.Json.Nodes;

namespace Devices.Standins.Tests.DingTalk;

/// <summary>The platform's plan of who works when, and what it makes of a day.</summary>
public sealed class ScheduleAndResultTests
{
    private static long At(int day, int hour, int minute = 0) => new DateTimeOffset(2026, 11, day, hour, minute, 0, PlayedCloud.China).ToUnixTimeMilliseconds();

    private static async Task<JsonObject> ScheduleAsync(PlayedCloud cloud, string? actor = "u1", string users = "u1,u3", int from = 25, int to = 28) => await cloud.PostAsync(
        $"topapi/attendance/schedule/listbyusers?access_token={await cloud.AccessTokenAsync()}",
        new { op_user_id = actor, userids = users, from_date_time = At(from, 0), to_date_time = At(to, 0) });

    private static async Task<JsonObject> ResultsAsync(PlayedCloud cloud, string from = "2026-11-25 00:00:00", string to = "2026-11-25 00:00:00", int offset = 0, int limit = 50) => await cloud.PostAsync(
        $"attendance/list?access_token={await cloud.AccessTokenAsync()}",
        new { userIdList = (string[])["u1", "u2", "u3"], workDateFrom = from, workDateTo = to, offset, limit });

    [Fact]
    public async Task A_schedule_has_a_row_a_planned_point_and_one_for_a_day_of_rest()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.PostAsync("_standin/people?merge=true", new { users = new[] { new { userid = "u1", name = "Grace Hopper", schedule = new Dictionary<string, string> { ["2026-11-26"] = "22:00-06:00" } } } });
        var rows = (await ScheduleAsync(cloud))["result"]!.AsArray();
        rows.Select(r => $"{r!.Text("userid")} {r!.Text("work_date")[..10]} {r!["check_type"]} {r!["plan_check_time"]} {r!.Text("is_rest")}").ShouldBe(
        [
            "u1 2026-11-25 OnDuty 2026-11-25 09:00:00 N", "u1 2026-11-25 OffDuty 2026-11-25 18:00:00 N",
            "u1 2026-11-26 OnDuty 2026-11-26 22:00:00 N", "u1 2026-11-26 OffDuty 2026-11-27 06:00:00 N",
            "u1 2026-11-27 OnDuty 2026-11-27 09:00:00 N", "u1 2026-11-27 OffDuty 2026-11-27 18:00:00 N",
            "u1 2026-11-28   Y",
        ], "and nothing of u3, who is in no attendance group");
    }

    [Fact]
    public async Task A_schedule_is_refused_without_an_administrator_and_over_seven_days_and_is_metered()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await ScheduleAsync(cloud, actor: null)).Errcode().ShouldBe(400002);
        (await ScheduleAsync(cloud, actor: "nobody")).Errcode().ShouldBe(400002);
        (await ScheduleAsync(cloud, users: string.Join(',', Enumerable.Range(0, 51)))).Errcode().ShouldBe(400002);
        (await ScheduleAsync(cloud, from: 1, to: 8)).Errcode().ShouldBe(41041);
        (await ScheduleAsync(cloud, from: 1, to: 7)).Errcode().ShouldBe(0);
        (await cloud.GetAsync("_standin/calls"))["metered"]!.GetValue<long>().ShouldBe(5);
    }

    [Theory]
    [InlineData("rewritten", null, "Normal")]
    [InlineData("kept", null, "NotSigned")]
    [InlineData("rewritten", "2026-11-25", "NotSigned")]
    public async Task A_day_without_a_punch_is_not_signed_from_its_mid_line_on_and_a_late_one_rewrites_it_or_not(string late, string? sealedThrough, string result)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.SettingsAsync(new { late_results = late, sealed_through = sealedThrough ?? "" });
        async Task<string[]> OfAsync(string user) => [.. (await ResultsAsync(cloud))["recordresult"]!.AsArray().Where(r => r!.Text("userId") == user).Select(r => $"{r!.Text("checkType")} {r!.Text("timeResult")}")];
        (await OfAsync("u1")).ShouldBeEmpty("it is 08:31, nothing is missing yet");
        cloud.Clock.Advance(TimeSpan.FromHours(6));
        (await OfAsync("u1")).ShouldBe(["OnDuty NotSigned"]);
        await cloud.UploadAsync(at: At(25, 8, 55));
        (await OfAsync("u1")).ShouldBe([$"OnDuty {result}"]);
        cloud.Clock.Advance(TimeSpan.FromDays(1));
        (await OfAsync("u1")).ShouldBe([$"OnDuty {result}", "OffDuty NotSigned"]);
    }

    [Fact]
    public async Task Results_are_paged_and_bounded_as_documented()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        cloud.Clock.Advance(TimeSpan.FromDays(2));
        var first = await ResultsAsync(cloud, limit: 3);
        (first["recordresult"]!.AsArray().Count, first["hasMore"]!.GetValue<bool>()).ShouldBe((3, true));
        var rest = await ResultsAsync(cloud, offset: 3, limit: 3);
        (rest["recordresult"]!.AsArray().Count, rest["hasMore"]!.GetValue<bool>()).ShouldBe((1, false));
        (await ResultsAsync(cloud, limit: 51)).Errcode().ShouldBe(400002);
        (await ResultsAsync(cloud, from: "2026-11-18 00:00:00")).Errcode().ShouldBe(41041);
        (await ResultsAsync(cloud, from: "yesterday")).Errcode().ShouldBe(41100);
    }

    [Theory]
    [InlineData("record", true, 0)]
    [InlineData("invalid-row", true, 0)]
    [InlineData("silent-drop", false, 0)]
    [InlineData("error", false, 400002)]
    public async Task An_upload_into_a_sealed_period_is_what_the_setting_says(string policy, bool listed, int code)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.SettingsAsync(new { sealed_through = "2026-11-24", @sealed = policy });
        (await cloud.UploadAsync(at: At(24, 9))).Errcode().ShouldBe(code);
        (await cloud.UploadAsync(at: At(25, 8))).Errcode().ShouldBe(0);
        (await cloud.ListAsync("2026-11-24 00:00:00", "2026-11-24 23:59:59"))["recordresult"]!.AsArray().Count.ShouldBe(listed ? 1 : 0);
    }
}
