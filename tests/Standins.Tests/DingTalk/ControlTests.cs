using System.Net;
using Devices.Standins.DingTalk;

namespace Devices.Standins.Tests.DingTalk;

public sealed class ControlTests
{
    [Theory]
    [InlineData("_standin/faults", """{"kind":"dealy"}""", "must be one of delay, close-before-recording")]
    [InlineData("_standin/faults", """{"kind":"delay"}""", "delay_ms")]
    [InlineData("_standin/faults", """{"kind":"throttle","count":1,"probability":0.5}""", "not both")]
    [InlineData("_standin/faults", """{"kind":"throttle","often":1}""", "there is no field 'often'")]
    [InlineData("_standin/faults", "{}", "missing 'kind'")]
    [InlineData("_standin/people", """{"users":[{"userid":"a"}]}""", "missing 'name'")]
    [InlineData("_standin/faults", "nonsense", "Cannot read the body")]
    [InlineData("_standin/settings", """{"duplicate":"error"}""", "no setting 'duplicate'")]
    [InlineData("_standin/settings", """{"unknown_user_code":1}""", "33012, 60121 or 400002")]
    [InlineData("_standin/people", """{"users":[{"userid":"a","name":"A","dept_id_list":[5]}]}""", "department 5")]
    [InlineData("_standin/people", """{"users":[{"userid":"a","name":"A"},{"userid":"a","name":"B"}]}""", "listed twice")]
    public async Task Unusable_input_is_http_400_with_one_sentence(string path, string body, string names)
    {
        await using var cloud = await PlayedCloud.StartAsync();
        using var content = new StringContent(body);
        using var response = await cloud.Http.PostAsync(new Uri(path, UriKind.Relative), content, PlayedCloud.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await response.Content.ReadAsStringAsync(PlayedCloud.Token);
        text.ShouldContain(names);
        text.ShouldNotContain("Devices.Standins");
    }

    [Theory]
    [InlineData("no option --prot", "--prot", "1")]
    [InlineData("this machine only", "--urls", "http://0.0.0.0:80")]
    [InlineData("needs a value", "--urls")]
    [InlineData("no setting 'x'", "--set", "x=1")]
    [InlineData("must be one of second-row", "--set", "duplicates=maybe")]
    [InlineData("token_seconds takes a number", "--set", "token_seconds=soon")]
    public void A_wrong_command_line_is_one_sentence(string sentence, params string[] args) =>
        Should.Throw<BadInputException>(() => StandinArguments.Parse(args)).Message.ShouldContain(sentence);

    [Fact]
    public async Task A_missing_people_file_and_a_taken_port_are_one_sentence()
    {
        await Should.ThrowAsync<BadInputException>(() => PlayedCloud.StartAsync("--seed", "/nonexistent/people.json"));
        await using var first = await PlayedCloud.StartAsync();
        var taken = await Should.ThrowAsync<BadInputException>(() => PlayedCloud.StartAsync("--urls", first.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        taken.Message.ShouldContain("Choose another port");
    }

    [Fact]
    public async Task Settings_change_while_running_and_never_show_the_secret()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.SettingsAsync(new { duplicates = "silent-drop", sync_lag_seconds = 2.5 });
        var settings = await cloud.GetAsync("_standin/settings");
        settings.Text("duplicates").ShouldBe("silent-drop");
        settings["app_secret"].ShouldBeNull();
    }

    [Fact]
    public async Task The_page_is_titled_as_a_stand_in_has_no_script_and_encodes_what_it_shows()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        await cloud.UploadAsync(deviceId: "<script>alert(1)</script>");
        await cloud.FaultAsync(new { kind = "no-permission", api = PlayedCloud.Upload });
        using var response = await cloud.Http.GetAsync(new Uri("/", UriKind.Relative), PlayedCloud.Token);
        var html = await response.Content.ReadAsStringAsync(PlayedCloud.Token);
        html.ShouldContain("<title>DingTalk stand-in</title>");
        html.ShouldContain("not the real cloud");
        html.ShouldContain("Grace Hopper");
        html.ShouldContain("2026-11-25 08:31:00.000 +08:00");
        html.ShouldContain("no-permission");
        html.ShouldNotContain("<script");
    }

    [Fact]
    public async Task Reset_forgets_records_calls_faults_and_tokens()
    {
        await using var cloud = await PlayedCloud.StartAsync();
        var token = await cloud.AccessTokenAsync();
        await cloud.UploadAsync(token: token);
        await cloud.FaultAsync(new { kind = "throttle" });
        await cloud.PostAsync("_standin/reset", new { });
        (await cloud.RecordsAsync()).ShouldBeEmpty();
        var calls = await cloud.GetAsync("_standin/calls");
        calls.Number("metered").ShouldBe(0);
        calls["apis"]!.AsArray().ShouldBeEmpty();
        (await cloud.GetAsync("_standin/faults"))["faults"]!.AsArray().ShouldBeEmpty();
        (await cloud.UploadAsync(token: token)).SubCode().ShouldBe("40014");
    }
}
