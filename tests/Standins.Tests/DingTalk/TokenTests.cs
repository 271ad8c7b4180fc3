using System.Net;
using System.Text.Json.Nodes;

namespace Devices.Standins.Tests.DingTalk;

public sealed class TokenTests
{
    private const string Auth = "v1.0/oauth2/accessToken";

    [Fact]
    public async Task New_token_call_gives_a_token_for_7200_seconds()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.PostAsync(Auth, new { appKey = "dingstandinkey", appSecret = "dingstandinsecret" });
        answer["accessToken"]!.GetValue<string>().ShouldNotBeEmpty();
        answer["expireIn"]!.GetValue<int>().ShouldBe(7200);
    }

    [Theory]
    [InlineData("wrong", "dingstandinsecret")]
    [InlineData("dingstandinkey", "wrong")]
    public async Task New_token_call_with_wrong_credentials_is_http_400_invalidClientIdOrSecret(string key, string secret)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var response = await cloud.SendAsync(Auth, new { appKey = key, appSecret = secret });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await BodyAsync(response))["code"]!.GetValue<string>().ShouldBe("invalidClientIdOrSecret");
    }

    [Fact]
    public async Task Asking_again_within_the_validity_gives_the_same_token_and_renews_it()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var first = await cloud.AccessTokenAsync();
        cloud.Clock.Advance(TimeSpan.FromSeconds(7000));
        (await cloud.AccessTokenAsync()).ShouldBe(first);
        cloud.Clock.Advance(TimeSpan.FromSeconds(7000));
        (await cloud.UploadAsync(token: first)).Errcode().ShouldBe(0);
        cloud.Clock.Advance(TimeSpan.FromSeconds(201));
        (await cloud.AccessTokenAsync()).ShouldNotBe(first);
    }

    [Theory]
    [InlineData("40014")]
    [InlineData("42001")]
    public async Task An_expired_token_is_errcode_88_with_the_chosen_sub_code(string code)
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", $"expired_token_code={code}", "--set", "token_seconds=60");
        var token = await cloud.AccessTokenAsync();
        cloud.Clock.Advance(TimeSpan.FromSeconds(61));
        var answer = await cloud.UploadAsync(token: token);
        answer.Errcode().ShouldBe(88);
        answer.SubCode().ShouldBe(code);
    }

    [Fact]
    public async Task An_illegal_token_is_http_200_errcode_88_with_sub_code_40014_as_a_string()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var response = await cloud.SendAsync($"{PlayedCloud.Upload}?access_token=nonsense", new { userid = "u1" });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await BodyAsync(response);
        answer.Errcode().ShouldBe(88);
        answer.SubCode().ShouldBe("40014");
        answer["errmsg"]!.GetValue<string>().ShouldStartWith("ding talk error[subcode=40014,");
    }

    [Fact]
    public async Task Token_errors_can_be_played_plain()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "token_errors=plain");
        (await cloud.UploadAsync(token: "nonsense")).Errcode().ShouldBe(40014);
        (await cloud.PostAsync(PlayedCloud.Upload, new { })).Errcode().ShouldBe(41001);
    }

    [Fact]
    public async Task A_token_only_in_the_new_header_is_88_with_sub_code_40000_on_the_old_api()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        cloud.Http.DefaultRequestHeaders.Add("x-acs-dingtalk-access-token", await cloud.AccessTokenAsync());
        var answer = await cloud.PostAsync(PlayedCloud.Upload, new { userid = "u1" });
        answer.Errcode().ShouldBe(88);
        answer.SubCode().ShouldBe("40000");
        answer["sub_msg"]!.GetValue<string>().ShouldBe("access_token is blank");
    }

    [Fact]
    public async Task A_token_in_a_form_body_is_read_on_post()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var answer = await cloud.PostFormAsync("topapi/v2/user/get", ("access_token", await cloud.AccessTokenAsync()), ("userid", "u1"));
        answer.Errcode().ShouldBe(0);
    }

    [Fact]
    public async Task Gettoken_answers_by_errcode_and_only_reads_the_query_string()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var good = await cloud.GetAsync("gettoken?appkey=dingstandinkey&appsecret=dingstandinsecret");
        good.Errcode().ShouldBe(0);
        good["expires_in"]!.GetValue<int>().ShouldBe(7200);
        (await cloud.UploadAsync(token: good.Text("access_token"))).Errcode().ShouldBe(0);
        (await cloud.GetAsync("gettoken?appkey=dingstandinkey")).Errcode().ShouldBe(40035);
        (await cloud.PostFormAsync("gettoken", ("appkey", "dingstandinkey"), ("appsecret", "dingstandinsecret"))).Errcode().ShouldBe(40035);
        (await cloud.GetAsync("gettoken?appkey=wrong&appsecret=dingstandinsecret")).Errcode().ShouldBe(40096);
        (await cloud.GetAsync("gettoken?appkey=dingstandinkey&appsecret=wrong")).Errcode().ShouldBe(40089);
    }

    [Fact]
    public async Task Tokens_can_be_kept_to_the_host_that_issued_them()
    {
        await using var cloud = await PlayedCloud.StartAsync("--set", "tokens_serve_both_hosts=false");
        (await cloud.UploadAsync()).SubCode().ShouldBe("40014");
        var old = await cloud.GetAsync("gettoken?appkey=dingstandinkey&appsecret=dingstandinsecret");
        (await cloud.UploadAsync(token: old.Text("access_token"))).Errcode().ShouldBe(0);
    }

    [Theory]
    [InlineData("dingstandincorp", "dingstandinkey", "dingstandinsecret", "client_credentials", HttpStatusCode.OK, null)]
    [InlineData("wrongcorp", "dingstandinkey", "dingstandinsecret", "client_credentials", HttpStatusCode.InternalServerError, "unknownError")]
    [InlineData("dingstandincorp", "wrong", "dingstandinsecret", "client_credentials", HttpStatusCode.BadRequest, "invalid.client")]
    [InlineData("dingstandincorp", "dingstandinkey", "wrong", "client_credentials", HttpStatusCode.Unauthorized, "unauthorized.client")]
    [InlineData("dingstandincorp", "dingstandinkey", "dingstandinsecret", "password", HttpStatusCode.BadRequest, "unsupported.grant.type")]
    public async Task Corp_token_call_answers_as_documented(string corp, string id, string secret, string grant, HttpStatusCode status, string? code)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var response = await cloud.SendAsync($"v1.0/oauth2/{corp}/token", new { client_id = id, client_secret = secret, grant_type = grant });
        response.StatusCode.ShouldBe(status);
        var body = await BodyAsync(response);
        body["code"]?.GetValue<string>().ShouldBe(code);
        (body["access_token"] is not null).ShouldBe(code is null);
    }

    [Fact]
    public async Task New_api_tells_a_missing_header_from_an_illegal_token()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var without = await cloud.SendAsync("v1.0/attendance/anything?access_token=" + await cloud.AccessTokenAsync(), new { });
        without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await BodyAsync(without)).Text("code").ShouldBe("AuthenticationFailed.MissingParameter");

        cloud.Http.DefaultRequestHeaders.Add("x-acs-dingtalk-access-token", "nonsense");
        using var illegal = await cloud.SendAsync("v1.0/attendance/anything", new { });
        illegal.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await BodyAsync(illegal)).Text("code").ShouldBe("InvalidAuthentication");
    }

    private static async Task<JsonObject> BodyAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(PlayedCloud.Token))!.AsObject();
}
