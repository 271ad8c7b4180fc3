using System.Diagnostics;
using System.Net;

namespace Devices.Standins.Tests.DingTalk;

public sealed class FaultTests
{
    [Fact]
    public async Task Close_after_recording_is_an_ambiguous_upload()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "close-after-recording", api = PlayedCloud.Upload, count = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => cloud.UploadAsync());
        (await cloud.RowsAsync()).ShouldHaveSingleItem();
        (await cloud.UploadAsync("u2")).Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task Close_before_recording_loses_the_upload_and_does_not_count_to_the_month()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "close-before-recording", api = PlayedCloud.Upload, count = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => cloud.UploadAsync());
        (await cloud.RecordsAsync()).ShouldBeEmpty();
        (await cloud.GetAsync("_standin/calls")).Number("metered").ShouldBe(0);
    }

    [Theory]
    [InlineData(500, false, 0)]
    [InlineData(502, false, 0)]
    [InlineData(503, true, 1)]
    public async Task Http_errors_come_before_or_after_recording(int status, bool after, int recorded)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "http-error", api = PlayedCloud.Upload, status, after_recording = after, count = 1 });
        using var response = await cloud.SendAsync(
            $"{PlayedCloud.Upload}?access_token={await cloud.AccessTokenAsync()}",
            new { userid = "u1", device_name = "Front door", device_id = "m2-001", user_check_time = cloud.NowMs });
        ((int)response.StatusCode).ShouldBe(status);
        (await cloud.RecordsAsync()).Count.ShouldBe(recorded);
    }

    [Fact]
    public async Task An_ip_ban_is_an_html_page_or_the_x5_json()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "ip-ban", count = 1 });
        using var page = await cloud.SendAsync(PlayedCloud.Upload, new { });
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        await cloud.FaultAsync(new { kind = "ip-ban", json = true, count = 1 });
        using var json = await cloud.SendAsync(PlayedCloud.Upload, new { });
        (await json.Content.ReadAsStringAsync(PlayedCloud.Token)).ShouldBe("""{"status":1111,"wait":5,"source":"x5","punish":"deny"}""");
    }

    [Theory]
    [InlineData(-1, false, -1)]
    [InlineData(90002, false, 90002)]
    [InlineData(50002, true, 88)]
    public async Task Any_errcode_can_be_injected_plain_or_wrapped(int errcode, bool wrapped, int seen)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "errcode", api = PlayedCloud.Upload, errcode, wrapped, count = 1 });
        var answer = await cloud.UploadAsync();
        answer.Errcode().ShouldBe(seen);
        (await cloud.RecordsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_injected_expiry_asks_for_a_new_token()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var token = await cloud.AccessTokenAsync();
        await cloud.FaultAsync(new { kind = "expired-token", api = PlayedCloud.Upload, count = 1 });
        (await cloud.UploadAsync(token: token)).SubCode().ShouldBe("40014");
        (await cloud.UploadAsync(token: token)).SubCode().ShouldBe("40014");
        var fresh = await cloud.AccessTokenAsync();
        fresh.ShouldNotBe(token);
        (await cloud.UploadAsync(token: fresh)).Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task A_missing_permission_is_88_with_60011_naming_the_scope_until_the_switch_is_taken_off()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "no-permission", api = PlayedCloud.Upload });
        for (var i = 0; i < 2; i++)
        {
            var answer = await cloud.UploadAsync();
            answer.Errcode().ShouldBe(88);
            answer.SubCode().ShouldBe("60011");
            answer.Text("sub_msg").ShouldContain("[Pro.AttendanceRecord.Write]");
        }

        using var removed = await cloud.Http.DeleteAsync(new Uri("_standin/faults/1", UriKind.Relative), PlayedCloud.Token);
        removed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task An_address_that_is_not_allowed_is_60020()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "ip-not-allowed", api = PlayedCloud.Upload });
        (await cloud.UploadAsync()).Errcode().ShouldBe(60020);
    }

    [Fact]
    public async Task A_delay_is_really_waited()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.FaultAsync(new { kind = "delay", api = PlayedCloud.Upload, delay_ms = 300, count = 1 });
        var token = await cloud.AccessTokenAsync();
        var watch = Stopwatch.StartNew();
        (await cloud.UploadAsync(token: token)).Errcode().ShouldBe(0);
        watch.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(290);
    }

    [Fact]
    public async Task Faults_by_chance_repeat_with_the_same_seed()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "calls_per_second=1000");
        var token = await cloud.AccessTokenAsync();
        var runs = new List<string>();
        foreach (var seed in (int[])[7, 7, 8])
        {
            using var cleared = await cloud.Http.DeleteAsync(new Uri("_standin/faults", UriKind.Relative), PlayedCloud.Token);
            await cloud.FaultAsync(new { kind = "errcode", api = PlayedCloud.Upload, errcode = -1, probability = 0.5, seed });
            var run = string.Empty;
            for (var i = 0; i < 24; i++)
            {
                run += (await cloud.UploadAsync(token: token)).Errcode() == 0 ? "." : "x";
            }

            runs.Add(run);
        }

        runs[1].ShouldBe(runs[0]);
        runs[2].ShouldNotBe(runs[0]);
        runs[0].ShouldContain(".");
        runs[0].ShouldContain("x");
    }

    [Fact]
    public async Task A_shifted_clock_moves_what_the_cloud_believes()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "future=error");
        await cloud.FaultAsync(new { kind = "clock-shift", shift_ms = -3_600_000 });
        (await cloud.UploadAsync()).Errcode().ShouldBe(400002, "the cloud's clock is an hour slow, so now is its future");
        using var cleared = await cloud.Http.DeleteAsync(new Uri("_standin/faults", UriKind.Relative), PlayedCloud.Token);
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
    }
}
