using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests.Doctor;

/// <summary>A terminal looked at from afar.</summary>
public sealed class RemoteTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeBridge _bridge;
    private readonly Support.Cli _cli;

    public RemoteTests()
    {
        _bridge = new FakeBridge(_authority);
        _cli = new Support.Cli(_folder);
        _folder.Write("key", "dvk_abc\n");
        _folder.Write("root.pem", _authority.Root.ExportCertificatePem());
    }

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private Task<Ran> Doctor(params string[] more) => _cli.RunAsync(["doctor", "--terminal", "gate-1", "--bridge", _bridge.Address, "--key-file", "key", "--root", "root.pem", .. more]);

    [Fact]
    public async Task What_the_bridges_patrol_found_is_told_and_a_fault_is_code_70()
    {
        string now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        _bridge.Other = _ => new(200, $$"""
            { "terminals": [{ "terminal": "gate-1", "site": "", "checked_at": {{now}}, "grade": "C", "score": 50, "was": "A", "changed_at": 1, "findings": [
              { "code": "mcu-offline", "level": "fault", "since": 1, "found": "Its controller is not connected.", "means": "Cards do not work.", "remedy": "Check its cable.", "noted_until": null },
              { "code": "hot", "level": "warning", "since": 1, "found": "It is hot.", "means": "Slow.", "remedy": "Shade it.", "noted_until": 99 }] }] }
            """);
        Ran run = await Doctor("--json");
        run.Code.ShouldBe(ExitCodes.TroubleFound.Number, run.Output);
        run.Json.GetProperty("findings").EnumerateArray().Select(f => (f.GetProperty("check").GetString(), f.GetProperty("level").GetString())).ShouldBe([("patrol", "ok"), ("mcu-offline", "fault"), ("hot", "ok")]);
        _bridge.Received.Last().ShouldContain("Authorization: Bearer dvk_abc");
        _bridge.Received.Last().ShouldContain("/api/v1/patrol?terminal=gate-1");
    }

    [Theory]
    [InlineData("""{ "terminals": 5 }""")]
    [InlineData("""[1]""")]
    [InlineData("""{ "terminals": {} }""")]
    public async Task An_answer_of_another_shape_knows_no_terminal(string answer)
    {
        _bridge.Other = _ => new(200, answer);
        (await Doctor()).ShouldRefuse(ExitCodes.TerminalUnknown, "Check now");
    }

    [Fact]
    public async Task Findings_and_times_that_cannot_be_are_left_out_instead_of_ending_the_command()
    {
        _bridge.Other = _ => new(200, """{ "terminals": [{ "terminal": "gate-1", "checked_at": 9000000000000000000, "grade": "A", "score": 100, "findings": "none" }] }""");
        (await Doctor()).ShouldSucceed().Output.ShouldContain("grade A");
    }

    [Fact]
    public async Task Without_a_key_it_is_said_how_one_is_made()
    {
        _folder.Write("key", "two words");
        (await Doctor()).ShouldRefuse(ExitCodes.Usage, "api-key add", "--reads terminals --sites '*'");
        File.Delete(_folder["key"]);
        (await Doctor()).ShouldRefuse(ExitCodes.Usage, "There is no key file", "api-key add");
    }

    [Fact]
    public async Task What_is_missing_or_not_to_be_trusted_is_said_and_the_key_goes_to_no_other_bridge()
    {
        _bridge.Other = _ => new(200, """{ "terminals": [] }""");
        (await Doctor()).ShouldRefuse(ExitCodes.TerminalUnknown, "gate-1");
        _bridge.Other = _ => new(403, "");
        (await Doctor()).ShouldRefuse(ExitCodes.BridgeRefused, "does not take this key");
        using var other = new TestAuthority("Another");
        _folder.Write("root.pem", other.Root.ExportCertificatePem());
        int before = _bridge.Received.Count;
        (await Doctor()).ShouldRefuse(ExitCodes.WrongRoot, "the key was not sent");
        _bridge.Received.Count.ShouldBe(before);
        (await _cli.RunAsync("doctor", "--terminal", "gate-1", "--bridge", _bridge.Address)).ShouldRefuse(ExitCodes.AnswerMissing, "--key-file");
        (await _cli.RunAsync("doctor", "--terminal", "gate-1", "--bridge", "http://bridge.example", "--key-file", "key")).ShouldRefuse(ExitCodes.Usage, "in clear");
        (await Doctor("--bundle", "x.tar.gz")).ShouldRefuse(ExitCodes.Usage, "on the board");
    }
}
