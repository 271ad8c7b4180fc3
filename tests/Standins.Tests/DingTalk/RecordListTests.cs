using System.Text.Json;

namespace Devices.Standins.Tests.DingTalk;

public sealed class RecordListTests
{
    [Fact]
    public async Task Rows_are_shaped_as_documented()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var at = new DateTimeOffset(2026, 11, 25, 8, 20, 30, 125, PlayedCloud.China).ToUnixTimeMilliseconds();
        await cloud.UploadAsync(at: at);
        var row = (await cloud.RowsAsync()).ShouldHaveSingleItem()!;
        row["id"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        row.Text("userId").ShouldBe("u1");
        row.Text("userAddress").ShouldBe("Front door");
        row.Text("sourceType").ShouldBe("ATM");
        row.Number("userCheckTime").ShouldBe(at);
        row.Number("workDate").ShouldBe(new DateTimeOffset(2026, 11, 25, 0, 0, 0, PlayedCloud.China).ToUnixTimeMilliseconds());
        row.Number("gmtCreate").ShouldBe(cloud.NowMs);
        row.Text("checkType").ShouldBe("OnDuty");
        row.Text("timeResult").ShouldBe("Normal");
        row.Text("isLegal").ShouldBe("Y");
        row["deviceId"].ShouldBeNull();
        row["userLongitude"].ShouldBeNull();
    }

    [Fact]
    public async Task Numbers_can_be_played_as_strings_and_the_device_id_shown()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "numbers_as_strings=true", "--set", "show_device_id=true", "--set", "source_type=DING_ATM");
        await cloud.UploadAsync();
        var row = (await cloud.RowsAsync()).ShouldHaveSingleItem()!;
        row["userCheckTime"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        row.Text("deviceId").ShouldBe("m2-001");
        row.Text("sourceType").ShouldBe("DING_ATM");
    }

    [Fact]
    public async Task The_strings_are_wall_clock_time_at_plus_8_and_the_span_is_inclusive()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.UploadAsync(at: new DateTimeOffset(2026, 11, 25, 0, 0, 0, PlayedCloud.China).ToUnixTimeMilliseconds());
        await cloud.UploadAsync("u2", at: new DateTimeOffset(2026, 11, 24, 23, 59, 59, 999, PlayedCloud.China).ToUnixTimeMilliseconds());
        (await cloud.RowsAsync()).ShouldHaveSingleItem()!.Text("userId").ShouldBe("u1");
        var dayBefore = await cloud.ListAsync("2026-11-24 00:00:00", "2026-11-24 23:59:59");
        dayBefore["recordresult"]!.AsArray().ShouldHaveSingleItem()!.Text("userId").ShouldBe("u2");
    }

    [Fact]
    public async Task A_span_over_7_days_is_41041()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await cloud.ListAsync("2026-11-18 00:00:00", "2026-11-25 00:00:00")).Errcode().ShouldBe(0);
        (await cloud.ListAsync("2026-11-18 00:00:00", "2026-11-25 00:00:01")).Errcode().ShouldBe(41041);
    }

    [Theory]
    [InlineData("2026-11-25")]
    [InlineData("2026-11-25T08:00:00Z")]
    [InlineData("1764000000000")]
    [InlineData("2026-02-30 08:00:00")]
    public async Task A_wrong_time_format_is_41100(string from)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await cloud.ListAsync(from)).Errcode().ShouldBe(41100);
    }

    [Fact]
    public async Task More_than_50_users_are_refused()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await cloud.ListAsync(users: [.. Enumerable.Range(0, 50).Select(i => $"x{i}")])).Errcode().ShouldBe(0);
        (await cloud.ListAsync(users: [.. Enumerable.Range(0, 51).Select(i => $"x{i}")])).Errcode().ShouldBe(400002);
        (await cloud.ListAsync(users: [])).Errcode().ShouldBe(400002);
    }

    [Fact]
    public async Task IsI18n_true_gives_an_empty_list_and_no_error()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.UploadAsync();
        var answer = await cloud.ListAsync(isI18n: true);
        answer.Errcode().ShouldBe(0);
        answer["recordresult"]!.AsArray().ShouldBeEmpty();
        (await cloud.ListAsync(isI18n: false))["recordresult"]!.AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_unknown_userid_gives_an_empty_list_and_no_error()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.ListAsync(users: ["nobody"]);
        answer.Errcode().ShouldBe(0);
        answer["recordresult"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Sync_lag_hides_a_punch_for_a_while()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "sync_lag_seconds=90");
        await cloud.UploadAsync();
        (await cloud.RowsAsync()).ShouldBeEmpty();
        cloud.Clock.Advance(TimeSpan.FromSeconds(90));
        (await cloud.RowsAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Rows_older_than_180_days_are_not_listed()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.UploadAsync();
        cloud.Clock.Advance(TimeSpan.FromDays(181));
        (await cloud.RowsAsync()).ShouldBeEmpty();
    }
}
