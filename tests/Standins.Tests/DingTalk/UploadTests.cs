using System.Globalization;

namespace Devices.Standins.Tests.DingTalk;

public sealed class UploadTests
{
    private const long DayMs = 24L * 60 * 60 * 1000;

    [Fact]
    public async Task An_upload_answers_success_without_a_record_id_and_is_recorded_once()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.UploadAsync();
        answer.Select(p => p.Key).ShouldBe(["errcode", "errmsg", "success", "request_id"]);
        answer["success"]!.GetValue<bool>().ShouldBeTrue();
        var record = (await cloud.RecordsAsync()).ShouldHaveSingleItem()!;
        record.Number("order").ShouldBe(1);
        record.Text("userid").ShouldBe("u1");
        record.Number("user_check_time").ShouldBe(cloud.NowMs);
    }

    [Fact]
    public async Task A_form_upload_is_taken_too()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.PostFormAsync(
            $"{PlayedCloud.Upload}?access_token={await cloud.AccessTokenAsync()}",
            ("userid", "u1"), ("device_name", "Front door"), ("device_id", "m2-001"), ("user_check_time", cloud.NowMs.ToString(CultureInfo.InvariantCulture)), ("photo_url", "https://example.test/p.jpg"));
        answer.Errcode().ShouldBe(0);
        (await cloud.RowsAsync()).ShouldHaveSingleItem()!.Text("photoUrl").ShouldBe("https://example.test/p.jpg");
    }

    [Theory]
    [InlineData("userid")]
    [InlineData("device_name")]
    [InlineData("device_id")]
    [InlineData("user_check_time")]
    public async Task A_missing_required_field_is_refused_by_errcode(string missing)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var fields = new Dictionary<string, object>
        {
            ["userid"] = "u1", ["device_name"] = "Front door", ["device_id"] = "m2-001", ["user_check_time"] = cloud.NowMs,
        };
        fields.Remove(missing);
        var answer = await cloud.PostAsync($"{PlayedCloud.Upload}?access_token={await cloud.AccessTokenAsync()}", fields);
        answer.Errcode().ShouldBe(400002);
        answer.Text("errmsg").ShouldContain(missing);
        (await cloud.RecordsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_time_in_seconds_answers_success_but_is_not_recorded()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.UploadAsync(at: cloud.NowMs / 1000);
        answer.Errcode().ShouldBe(0);
        answer["success"]!.GetValue<bool>().ShouldBeTrue();
        (await cloud.RecordsAsync()).ShouldBeEmpty();
        (await cloud.RowsAsync()).ShouldBeEmpty();
        (await cloud.GetAsync("_standin/records"))["uploads"]!.AsArray().ShouldHaveSingleItem()!.Text("outcome").ShouldContain("not recorded");
    }

    [Theory]
    [InlineData(179, 0, 1)]
    [InlineData(181, 400002, 0)]
    public async Task Only_times_within_180_days_are_accepted(int daysAgo, int errcode, int recorded)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await cloud.UploadAsync(at: cloud.NowMs - (daysAgo * DayMs))).Errcode().ShouldBe(errcode);
        (await cloud.RecordsAsync()).Count.ShouldBe(recorded);
    }

    [Theory]
    [InlineData("record", 0, 1)]
    [InlineData("silent-drop", 0, 0)]
    [InlineData("error", 400002, 0)]
    public async Task Future_times_follow_the_chosen_policy(string policy, int errcode, int recorded)
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", $"future={policy}");
        (await cloud.UploadAsync(at: cloud.NowMs + DayMs)).Errcode().ShouldBe(errcode);
        (await cloud.RecordsAsync()).Count.ShouldBe(recorded);
    }

    [Theory]
    [InlineData("second-row", 0, 2)]
    [InlineData("silent-drop", 0, 1)]
    [InlineData("error", 400002, 1)]
    public async Task There_is_no_idempotency_and_duplicates_follow_the_chosen_policy(string policy, int errcode, int recorded)
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", $"duplicates={policy}");
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
        (await cloud.UploadAsync()).Errcode().ShouldBe(errcode);
        (await cloud.RecordsAsync()).Count.ShouldBe(recorded);
        (await cloud.UploadAsync(deviceId: "m2-002")).Errcode().ShouldBe(0);
    }

    [Theory]
    [InlineData(33012)]
    [InlineData(60121)]
    [InlineData(400002)]
    public async Task An_unknown_userid_is_refused_with_the_chosen_code(int code)
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", $"unknown_user_code={code}");
        (await cloud.UploadAsync("nobody")).Errcode().ShouldBe(code);
        (await cloud.RecordsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_userid_can_be_dropped_silently()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "unknown_user=silent-drop");
        (await cloud.UploadAsync("nobody")).Errcode().ShouldBe(0);
        (await cloud.RecordsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("record", 0, 1, true)]
    [InlineData("invalid-row", 0, 1, false)]
    [InlineData("silent-drop", 0, 0, false)]
    [InlineData("error", 400002, 0, false)]
    public async Task Someone_outside_every_attendance_group_follows_the_chosen_policy(string policy, int errcode, int recorded, bool judged)
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", $"no_group={policy}");
        (await cloud.UploadAsync("u3")).Errcode().ShouldBe(errcode);
        var rows = await cloud.RowsAsync();
        rows.Count.ShouldBe(recorded);
        foreach (var row in rows)
        {
            (row!["isLegal"] is not null).ShouldBe(judged);
            (row["planId"] is not null).ShouldBe(judged);
            (row["invalidRecordType"]?.GetValue<string>()).ShouldBe(judged ? null : "Other");
        }
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_errcode_40035()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var content = new StringContent("{not json", System.Text.Encoding.UTF8, "application/json");
        using var response = await cloud.Http.PostAsync(new Uri($"{PlayedCloud.Upload}?access_token={await cloud.AccessTokenAsync()}", UriKind.Relative), content, PlayedCloud.Token);
        (await response.Content.ReadAsStringAsync(PlayedCloud.Token)).ShouldContain("\"errcode\":40035");
    }

    [Fact]
    public async Task Records_keep_their_arrival_order_and_survive_a_restart_with_a_store()
    {
        using var folder = new TemporaryFolder();
        var store = folder.File("records.jsonl");
        await using (var cloud = await PlayedCloud.StartAsync("--store", store))
        {
            await cloud.UploadAsync(at: cloud.NowMs);
            await cloud.UploadAsync("u2", at: cloud.NowMs - DayMs);
        }

        // A line cut by a kill was never answered, so it must not come back, nor spoil what did.
        await File.AppendAllTextAsync(store, "{\"punch\":{\"order\":3", PlayedCloud.Token);
        await using var restarted = await PlayedCloud.StartAsync("--store", store);
        (await restarted.RecordsAsync()).Select(r => r!.Text("userid")).ShouldBe(["u1", "u2"]);
        (await restarted.GetAsync("_standin/calls")).Number("metered").ShouldBe(2);
        await restarted.UploadAsync();
        (await restarted.RecordsAsync()).Select(r => r!.Number("order")).ShouldBe([1, 2, 3]);
    }
}
