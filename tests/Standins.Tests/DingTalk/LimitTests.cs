using System.Net;

namespace Devices.Standins.Tests.DingTalk;

public sealed class LimitTests
{
    [Fact]
    public async Task More_than_20_calls_a_second_of_one_api_are_90018_and_do_not_count_to_the_month()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var token = await cloud.AccessTokenAsync();
        for (var i = 0; i < 20; i++)
        {
            (await cloud.UploadAsync(at: cloud.NowMs - i, token: token)).Errcode().ShouldBe(0);
        }

        (await cloud.UploadAsync(token: token)).Errcode().ShouldBe(90018);
        (await cloud.ListAsync(token: token)).Errcode().ShouldBe(0, "the limit is per API");
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        (await cloud.UploadAsync(token: token)).Errcode().ShouldBe(0);
        var counts = await cloud.CountsAsync(PlayedCloud.Upload);
        counts.Number("received").ShouldBe(22);
        counts.Number("throttled").ShouldBe(1);
        counts.Number("metered").ShouldBe(21);
    }

    [Fact]
    public async Task Throttling_can_arrive_wrapped_as_88_with_sub_code_90018()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "throttle_errors=wrapped");
        await cloud.FaultAsync(new { kind = "throttle", api = PlayedCloud.Upload, count = 1 });
        var answer = await cloud.UploadAsync();
        answer.Errcode().ShouldBe(88);
        answer.SubCode().ShouldBe("90018");
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task Calls_beyond_the_month_are_90020_until_the_next_month_in_China()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "monthly_calls=2");
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
        (await cloud.ListAsync()).Errcode().ShouldBe(0);
        (await cloud.UploadAsync()).Errcode().ShouldBe(90020);
        (await cloud.RecordsAsync()).ShouldHaveSingleItem();
        cloud.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 30, 23, 59, 59, PlayedCloud.China));
        (await cloud.UploadAsync()).Errcode().ShouldBe(90020);
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        (await cloud.UploadAsync()).Errcode().ShouldBe(0);
        (await cloud.GetAsync("_standin/calls")).Text("month").ShouldBe("2026-12");
    }

    [Fact]
    public async Task A_refused_parameter_counts_to_the_month_but_a_bad_token_does_not()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.UploadAsync("nobody");
        await cloud.UploadAsync(token: "nonsense");
        (await cloud.GetAsync("_standin/calls")).Number("metered").ShouldBe(1);
    }

    [Fact]
    public async Task The_new_api_says_throttled_exhausted_and_forbidden_with_http_403()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        cloud.Http.DefaultRequestHeaders.Add("x-acs-dingtalk-access-token", await cloud.AccessTokenAsync());
        foreach (var (kind, code) in new[]
        {
            ("throttle", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
            ("month-exhausted", "Forbidden.AccessDenied.ApiCountLimitForOrg"),
            ("no-permission", "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
            ("ip-not-allowed", "Forbidden.AccessDenied.IpNotInWhiteList"),
        })
        {
            await cloud.FaultAsync(new { kind, count = 1 });
            using var response = await cloud.SendAsync("v1.0/attendance/anything", new { });
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await response.Content.ReadAsStringAsync(PlayedCloud.Token)).ShouldContain($"\"code\":\"{code}\"");
        }
    }

    [Fact]
    public async Task An_unknown_topapi_path_is_errcode_22_and_another_unknown_path_404_in_http_200()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        (await cloud.PostAsync("topapi/attendance/record/uplaod", new { })).Errcode().ShouldBe(22);
        (await cloud.PostAsync("oauth2/accessToken", new { })).Errcode().ShouldBe(404);
    }
}
