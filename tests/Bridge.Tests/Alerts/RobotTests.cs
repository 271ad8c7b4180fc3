using Devices.Bridge.Alerts;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;

namespace Devices.Bridge.Tests.Alerts;

/// <summary>A whole bridge that tells a group, over real HTTP, through the stand-in's robot.</summary>
public sealed class RobotTests : IAsyncLifetime
{
    private const string Send = "robot/send";
    private readonly string _files = Directory.CreateTempSubdirectory("robot-").FullName;
    private PlayedPlatform _platform = null!;
    private Bench _bench = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_files, "token"), "standinrobot\n");
        await File.WriteAllTextAsync(Path.Combine(_files, "secret"), "SECstandinrobot\n");
        _platform = await PlayedPlatform.StartAsync();
        _bench = await Bench.StartAsync(_platform, Settings());
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _platform.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    // An hour between looks: the tests look by hand.
    private string[] Settings() =>
    [
        $"--Bridge:Alerts:RobotUrl={_platform.Address}", $"--Bridge:Alerts:RobotTokenFile={Path.Combine(_files, "token")}",
        $"--Bridge:Alerts:RobotSecretFile={Path.Combine(_files, "secret")}", "--Bridge:Alerts:QuietHours=", "--Bridge:Alerts:EverySeconds=3600", "--Bridge:Alerts:Language=en",
    ];

    private Task RaiseAsync(string code = "fork") => _bench.Get<IExceptionStore>().RaiseAsync(new("ingest", code, "Ledger of m2-001 was cloned.") { Terminal = "m2-001" });

    private Task<TimeSpan> LookAsync() => _bench.Get<AlertService>().StepAsync(TestContext.Current.CancellationToken);

    private async Task<ExceptionRow?> ComplaintAsync() => (await _bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).SingleOrDefault(e => e.Source == "alerts");

    [Fact]
    public async Task A_fork_is_told_to_the_group_once_and_its_end_too()
    {
        await RaiseAsync();
        await LookAsync();
        await LookAsync();
        PlayedMessage told = (await _platform.MessagesAsync()).ShouldHaveSingleItem();
        told.Title.ShouldBe("URGENT: Attendance terminals");
        told.Text.ShouldContain("Ledger of m2-001 was cloned.");
        await _bench.Get<IExceptionStore>().ResolveAllAsync("ingest", "fork", null, "hr");
        await LookAsync();
        (await _platform.MessagesAsync())[1].Text.ShouldContain("Over");
    }

    [Fact]
    public async Task A_lost_answer_is_sent_again_as_the_same_message()
    {
        await RaiseAsync();
        await _platform.FaultAsync(new { kind = "close-after-recording", api = Send, count = 1 });
        await LookAsync();
        await LookAsync();
        (await _platform.CallsAsync(Send)).ShouldBe(2);
        (await _platform.MessagesAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_tells_nothing_again()
    {
        await RaiseAsync();
        await LookAsync();
        await _bench.CloseAsync();
        await _bench.OpenAsync();
        await LookAsync();
        (await _platform.MessagesAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_wrong_secret_is_an_exception_that_says_what_to_check_and_the_alert_comes_after_it_is_mended()
    {
        await File.WriteAllTextAsync(Path.Combine(_files, "secret"), "SECother");
        await RaiseAsync();
        await LookAsync();
        (await ComplaintAsync())!.Text.ShouldContain("check Bridge:Alerts:RobotSecretFile");
        await File.WriteAllTextAsync(Path.Combine(_files, "secret"), "SECstandinrobot");
        await LookAsync();
        (await _platform.MessagesAsync()).Count.ShouldBe(1);
        (await ComplaintAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_blocked_robot_is_left_alone_for_ten_minutes()
    {
        await _platform.FaultAsync(new { kind = "errcode", api = Send, errcode = 660026, count = 1 });
        await RaiseAsync();
        (await LookAsync()).ShouldBe(TimeSpan.FromMinutes(10));
        (await LookAsync()).ShouldBe(TimeSpan.FromSeconds(3600));
        (await _platform.MessagesAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("RobotSecretFile=", "RobotSecretFile is missing")]
    [InlineData("RobotTokenFile=/nowhere/token", "does not exist")]
    [InlineData("RobotUrl=http://example.com", "give an https address")]
    [InlineData("QuietHours=night", "give two times such as")]
    [InlineData("Language=fr", "use zh-Hans or en")]
    [InlineData("RepeatHours=soon", "cannot be read")]
    public void A_setting_that_cannot_work_is_one_sentence(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([.. Settings(), $"--Bridge:Alerts:{setting}", $"--Bridge:Data={_files}"])).Message.ShouldContain(sentence);
}
