using System.Globalization;
using Devices.Bridge.Alerts;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Tests.Alerts;

/// <summary>Each kind of alert from its cause in the store to the group: told once, urgent ones in the quiet hours too.</summary>
public sealed class AlertKindTests : IAsyncLifetime
{
    private readonly string _files = Directory.CreateTempSubdirectory("alerts-").FullName;
    private PlayedPlatform _platform = null!;
    private Bench? _bench;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_files, "token"), "standinrobot\n");
        await File.WriteAllTextAsync(Path.Combine(_files, "secret"), "SECstandinrobot\n");
        _platform = await PlayedPlatform.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
        await _platform.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    private async Task<Bench> OpenAsync(params string[] settings) => _bench = await Bench.StartAsync(_platform,
    [
        $"--Bridge:Alerts:RobotUrl={_platform.Address}", $"--Bridge:Alerts:RobotTokenFile={Path.Combine(_files, "token")}",
        $"--Bridge:Alerts:RobotSecretFile={Path.Combine(_files, "secret")}", "--Bridge:Alerts:EverySeconds=3600", "--Bridge:Alerts:Language=en", .. settings,
    ]);

    private async Task<IReadOnlyList<PlayedMessage>> LookTwiceAsync()
    {
        for (int i = 0; i < 2; i++) await _bench!.Get<AlertService>().StepAsync(TestContext.Current.CancellationToken);
        return await _platform.MessagesAsync();
    }

    private static ZonedDateTime Now => SystemClock.Instance.GetCurrentInstant().InZone(DateTimeZoneProviders.Tzdb["Asia/Shanghai"]);

    private static string QuietNow
    {
        get
        {
            string Time(int hours) => Now.PlusHours(hours).ToString("HH:mm", CultureInfo.InvariantCulture);
            return $"{Time(-2)}-{Time(2)}";
        }
    }

    [Theory]
    [InlineData("offline", "Terminal m2-007 has been offline for 2 hours", false)]
    [InlineData("tamper", "m2-007: The case was opened.", true)]
    [InlineData("fork", "came again with other contents", true)]
    [InlineData("budget-70", "72 % of the month's platform calls are used", false)]
    [InlineData("budget-90", "90 % of the month's platform calls are used", true)]
    [InlineData("dead-letters", "1 punches are dead letters: HR has to decide.", false)]
    [InlineData("patrol", "Patrol: terminal m2-007 went from grade A to D. Its controller is not connected.", true)]
    [InlineData("certificate", "The certificate of terminal m2-007 ends on", false)]
    public async Task Each_kind_is_told_once_and_in_quiet_hours_only_if_it_is_urgent(string kind, string sentence, bool urgent)
    {
        Bench bench = await OpenAsync($"--Bridge:Alerts:QuietHours={QuietNow}");
        await CauseAsync(bench, kind);
        IReadOnlyList<PlayedMessage> night = await LookTwiceAsync();
        night.Count.ShouldBe(urgent ? 1 : 0);
        if (urgent) night[0].Text.ShouldContain(sentence);
        await bench.DisposeAsync();
        _bench = null;

        await CauseAsync(await OpenAsync("--Bridge:Alerts:QuietHours="), kind);
        IReadOnlyList<PlayedMessage> all = await LookTwiceAsync();
        PlayedMessage told = all.Skip(night.Count).ShouldHaveSingleItem();
        told.Text.ShouldContain(sentence);
        told.Title.StartsWith("URGENT", StringComparison.Ordinal).ShouldBe(urgent);
    }

    [Theory]
    [InlineData("en", "The directory of the CSV drop takes no file.")]
    [InlineData("zh-Hans", "CSV 投放目录无法写入。")]
    public async Task A_reason_is_told_as_its_sentence_in_the_groups_language_with_the_detail(string language, string sentence)
    {
        Bench bench = await OpenAsync("--Bridge:Alerts:QuietHours=", $"--Bridge:Alerts:Language={language}");
        await bench.Get<IExceptionStore>().RaiseAsync(new("csv-drop", "reason.csv_directory", "No space left on device"));
        string text = (await LookTwiceAsync()).ShouldHaveSingleItem().Text;
        text.ShouldContain(sentence);
        text.ShouldContain("No space left on device");
    }

    [Fact]
    public async Task Dead_letters_of_another_target_are_told_by_its_name()
    {
        string drop = Directory.CreateDirectory(Path.Combine(_files, "drop")).FullName;
        Bench bench = await OpenAsync("--Bridge:Alerts:QuietHours=", $"--Bridge:CsvDrop:Directory={drop}");
        LedgerMaker ledger = new();
        Punch punch = ledger.Next("ada", Bench.Now(3));
        await bench.AppendAsync(ledger, punch);
        StoredPunch stored = await bench.FindAsync(punch);
        await Until.Async(() => bench.Get<ITargetStore>().StatesAsync([stored.Id]), s => s.Any(t => t.State == DeliveryState.Delivered), "the row");
        await bench.Outbox.MarkAsync("csv-drop", stored.Id, new(DeliveryState.Dead) { Attempts = 1, ReasonCode = "reason.time_nonsense" });
        (await LookTwiceAsync()).ShouldHaveSingleItem().Text.ShouldContain("1 punches are dead letters of csv-drop");
    }

    [Fact]
    public async Task The_days_statistics_come_once_at_their_time_by_department_and_by_place_without_names()
    {
        Bench bench = await OpenAsync("--Bridge:Alerts:QuietHours=", $"--Bridge:Alerts:DailyAt={Now.ToString("HH:mm", CultureInfo.InvariantCulture)}");
        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 4, "the roster");
        LedgerMaker gate = new("gate"), shop = new("shop");
        await bench.AppendAsync(gate, gate.Next("ada", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        await bench.AppendAsync(shop, shop.Next("grace", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        PlayedMessage told = (await LookTwiceAsync()).ShouldHaveSingleItem();
        told.Title.ShouldBe("Sign-in statistics");
        told.Text.ShouldContain("**All** expected 4, signed in 2, missing 2");
        told.Text.ShouldContain("Engineering: expected 4, signed in 2, missing 2");
        told.Text.ShouldContain("Compilers: expected 2, signed in 1, missing 1");
        told.Text.ShouldContain("By place: gate 1, shop 1");
        told.Text.ShouldNotContain("Lovelace");

        await bench.CloseAsync();
        await bench.OpenAsync();
        (await LookTwiceAsync()).Count.ShouldBe(1, "a restart tells nothing again");
    }

    [Theory]
    [InlineData("1-7", 1)]
    [InlineData("", 0)]
    public async Task On_days_of_work_the_statistics_say_who_was_late_and_on_others_there_are_none(string workDays, int messages)
    {
        ZonedDateTime now = Now;
        if (workDays.Length == 0) workDays = string.Create(CultureInfo.InvariantCulture, $"{(int)now.PlusHours(72).DayOfWeek}");
        Bench bench = await OpenAsync(
            "--Bridge:Alerts:QuietHours=", $"--Bridge:Alerts:DailyAt={now.ToString("HH:mm", CultureInfo.InvariantCulture)}",
            $"--Bridge:Site:Shift={now.PlusHours(-1).ToString("HH:mm", CultureInfo.InvariantCulture)}-{now.PlusHours(7).ToString("HH:mm", CultureInfo.InvariantCulture)}", $"--Bridge:Site:WorkDays={workDays}");
        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 4, "the roster");
        LedgerMaker ledger = new();
        long early = DateTimeOffset.UtcNow.AddMinutes(-70).ToUnixTimeMilliseconds(), late = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds();
        await bench.AppendAsync(ledger, ledger.Next("ada", early), ledger.Next("grace", late));
        IReadOnlyList<PlayedMessage> told = await LookTwiceAsync();
        // Within the first hour after midnight the shift is yesterday's.
        if (now.TimeOfDay.Hour == 0) return;
        told.Count.ShouldBe(messages);
        if (messages > 0) told[0].Text.ShouldContain("**All** expected 4, signed in 2, late 1, missing 2");
    }

    [Theory]
    [InlineData("DailyAt=9", "give times such as 09:30")]
    [InlineData("EverySeconds=1", "20 messages a minute")]
    public void A_setting_that_would_break_the_robots_rules_is_refused(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build(
            [$"--Bridge:Data={_files}", $"--Bridge:Alerts:RobotTokenFile={Path.Combine(_files, "token")}", $"--Bridge:Alerts:RobotSecretFile={Path.Combine(_files, "secret")}", $"--Bridge:Alerts:{setting}"])).Message.ShouldContain(sentence);

    private static async Task CauseAsync(Bench bench, string kind)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        SqlDatabase database = bench.Get<SqlDatabase>();
        await database.WriteAsync(s => s.Execute("INSERT INTO terminals (name, created_at, last_seen_at) VALUES ('m2-007', 0, @seen)", ("@seen", kind == "offline" ? now - 7_300_000 : now)));
        switch (kind)
        {
            case "tamper":
                await bench.Get<ITerminalStore>().SaveEventAsync("m2-007", new EventMessage { Id = "e1", Kind = "tamper", At = now, Text = "The case was opened." });
                break;
            case "fork":
                LedgerMaker one = new("m2-007");
                Punch punch = one.Next("ada", now);
                await bench.AppendAsync(one, punch);
                await bench.AppendAsync(one, punch with { Person = "grace", Chain = PunchChain.ToHex(PunchChain.Next(PunchChain.Genesis(one.Ledger), punch with { Person = "grace" })) });
                break;
            case "budget-70":
                await bench.Outbox.MeterAsync(bench.Get<IPlatformTarget>().MeteredMonth(DateTimeOffset.UtcNow), CallBudget.Meter, 3600);
                break;
            case "budget-90":
                await bench.Outbox.MeterAsync(bench.Get<IPlatformTarget>().MeteredMonth(DateTimeOffset.UtcNow), CallBudget.Meter, 4500);
                break;
            case "dead-letters":
                LedgerMaker ledger = new("m2-007");
                Punch lost = ledger.Next("ada", now);
                await bench.AppendAsync(ledger, lost);
                await bench.UntilAsync(lost, DeliveryState.Delivered);
                await bench.Outbox.MarkAsync((await bench.FindAsync(lost)).Id, new(DeliveryState.Dead) { Attempts = 1, ReasonCode = "reason.no_such_person" });
                break;
            case "patrol":
                await bench.Get<IPatrolStore>().SaveAsync([new("m2-007", "", now, 0, "D", "A", now, 0, [new("mcu-offline", PatrolLevel.Fault, [], now), new("camera", PatrolLevel.Fault, ["0"], now)])]);
                break;
            case "certificate":
                await database.WriteAsync(s => s.Execute(
                    "INSERT INTO certificates (serial, terminal, thumbprint, not_before, not_after, issued_at, der) VALUES ('1', 'm2-007', 't', 0, @end, 0, @der)",
                    ("@end", now + (5 * 86_400_000L)), ("@der", new byte[] { 1 })));
                break;
        }
    }
}
