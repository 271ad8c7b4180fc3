using System.Globalization;
using Devices.Bridge.Notices;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Notices;

/// <summary>The school's case: a guardian is told that the child arrived or left, by consent, once, and through faults.</summary>
public sealed class GuardianTests
{
    private const string Send = "topapi/message/corpconversation/asyncsend_v2";

    private static async Task<Punch> PunchAsync(NoticeBench bench, string person = "ada", int minutesAgo = 5, PunchDirection direction = PunchDirection.None, ClockQuality clock = ClockQuality.Synced)
    {
        Punch punch = bench.Ledger.Next(person, Bench.Now(minutesAgo), clock, direction: direction);
        await bench.Bench.AppendAsync(bench.Ledger, punch);
        return punch;
    }

    [Fact]
    public async Task Who_consented_is_told_once_and_nobody_else()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await PunchAsync(bench, minutesAgo: 60);
        await bench.LookAsync();
        (await bench.AllAsync()).ShouldBeEmpty("nobody consented");
        await bench.ConsentAsync("ada", "grace", "alan");
        Punch punch = await PunchAsync(bench, direction: PunchDirection.In);
        await PunchAsync(bench, "007");
        await bench.LookAsync();
        await bench.LookAsync();
        string time = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(DateTimeOffset.FromUnixTimeMilliseconds(punch.At), "Asia/Shanghai").ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string text = $"Ada Lovelace arrived {time} (m2-001 #2)";
        (await bench.GotAsync()).ShouldBe([("alan", text), ("grace", text)], ignoreOrder: true);
        (await bench.OnlyAsync()).State.ShouldBe(NoticeState.Delivered);
    }

    [Fact]
    public async Task The_first_punch_of_a_day_is_an_arrival_and_an_explicit_way_out_is_leaving()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace");
        await PunchAsync(bench, minutesAgo: 5);
        await PunchAsync(bench, minutesAgo: 4);
        await PunchAsync(bench, minutesAgo: 3, direction: PunchDirection.Out);
        await bench.LookAsync();
        IReadOnlyList<(string Person, string Text)> got = await bench.GotAsync();
        // Where midnight in Shanghai lies between the punches, the second one is an arrival too.
        got.Select(g => g.Text.Split(' ')[2]).First().ShouldBe("arrived");
        got[1].Text.ShouldMatch("passed the terminal|arrived");
        got[2].Text.ShouldContain("left");
        got.Select(g => g.Text).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_punch_without_a_trusted_time_or_told_too_late_is_told_to_nobody()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync("--Bridge:Notices:GuardianMinutes=30");
        await bench.ConsentAsync("ada", "grace");
        await PunchAsync(bench, minutesAgo: 45);
        await PunchAsync(bench, minutesAgo: 2, clock: ClockQuality.Held);
        await bench.LookAsync();
        await bench.Store.AddConsentAsync(new("alan", "grace", "v1", "father", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), "hr", null, null));
        await PunchAsync(bench, "alan", minutesAgo: 3);
        await bench.LookAsync();
        (await bench.Store.NoticesAsync(10)).ShouldBeEmpty("held, too late, and before the consent");
    }

    [Fact]
    public async Task After_the_consent_ended_nothing_more_is_sent_not_even_what_waited()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace", "alan");
        await PunchAsync(bench);
        await bench.Bench.Get<GuardianFeed>().StepAsync(CancellationToken.None);
        (await bench.Store.EndConsentAsync("ada", "grace", "hr")).ShouldBeTrue();
        await bench.LookAsync();
        await bench.LookAsync();
        (await bench.GotAsync()).Select(g => g.Person).ShouldBe(["alan"]);
        await bench.Store.EndConsentAsync("ada", "alan", "hr");
        await PunchAsync(bench, minutesAgo: 3);
        await bench.LookAsync();
        (await bench.Store.NoticesAsync(10)).Count.ShouldBe(1);
        (await bench.Store.ConsentsAsync("ada", includeEnded: true)).Count.ShouldBe(2, "the record stays");
    }

    [Fact]
    public async Task Without_the_setting_nobody_is_told_whatever_consents_there_are()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync("--Bridge:Notices:Guardians=false");
        await bench.ConsentAsync("ada", "grace");
        await PunchAsync(bench);
        await bench.LookAsync();
        (await bench.Store.NoticesAsync(10)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("close-after-recording", 2)]
    [InlineData("close-before-recording", 1)]
    public async Task A_lost_answer_is_settled_by_the_platforms_own_rule_against_repeats(string fault, int taken)
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace");
        await bench.Platform.FaultAsync(new { kind = fault, api = Send, count = 1 });
        await PunchAsync(bench);
        await Until.Async(async () => { await bench.LookAsync(); return await bench.OnlyAsync(); }, n => n.State == NoticeState.Delivered, "the notice to be known as delivered");
        (await bench.GotAsync()).Count.ShouldBe(1, "told once");
        (await bench.AllAsync()).Count.ShouldBe(taken);
        (await bench.OnlyAsync()).Unsure.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_while_it_was_being_sent_it_is_neither_lost_nor_doubled(bool arrived)
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace");
        await PunchAsync(bench);
        await bench.Bench.Get<GuardianFeed>().StepAsync(CancellationToken.None);
        NoticeRow row = await bench.OnlyAsync();
        if (arrived) await bench.Bench.Get<WorkNotifications>().SendAsync(["grace"], row.Text, CancellationToken.None);
        string day = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await bench.Store.ChangeAsync(row.Id, new(NoticeState.Sending, 0) { Attempts = 1, Day = day, SentAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() });

        await bench.Bench.CloseAsync();
        await bench.Bench.OpenAsync();
        await Until.Async(async () => { await bench.LookAsync(); return await bench.OnlyAsync(); }, n => n.State == NoticeState.Delivered, "the notice to be known as delivered");
        (await bench.GotAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_the_day_is_over_it_is_said_to_be_doubtful_and_not_sent_twice()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace");
        await bench.Platform.FaultAsync(new { kind = "close-after-recording", api = Send, count = 1 });
        await PunchAsync(bench);
        await bench.LookAsync();
        (await bench.OnlyAsync()).Unsure.ShouldBe(1);
        await bench.SenderAt(DateTimeOffset.UtcNow.AddDays(1)).StepAsync(CancellationToken.None);
        (await bench.OnlyAsync()).State.ShouldBe(NoticeState.Doubtful);
        (await bench.GotAsync()).Count.ShouldBe(1);
        ExceptionRow report = (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).Single(e => e.Source == NoticeSender.Source);
        report.Code.ShouldBe("reason.notice_guardian");
        report.Text.ShouldNotContain("Ada", Case.Insensitive, "names of children stay out of the list");
    }

    [Fact]
    public async Task Who_was_not_reached_is_reported_with_the_platforms_code()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "nobody", "grace");
        await PunchAsync(bench);
        await bench.LookAsync();
        await bench.LookAsync();
        NoticeRow row = await bench.OnlyAsync();
        row.State.ShouldBe(NoticeState.Partly);
        row.Recipients.ShouldBe([new("grace", true, null), new("nobody", false, "invalid")]);
        string report = (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).Single(e => e.Source == NoticeSender.Source).Text;
        report.ShouldContain("1 of 2 recipients were not reached (invalid)");
        report.ShouldNotContain("nobody");
        StringWriter said = new();
        (await BridgeProgram.RunAsync(["notices", "--data", Path.Combine(bench.Bench.Folder, "bridge"), "--failed"], said, said)).ShouldBe(0);
        said.ToString().ShouldContain("grace got it, nobody did not (invalid)");

        (await bench.Store.PurgeAsync(DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds())).ShouldBe(0);
        (await bench.Store.PurgeAsync(DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds())).ShouldBe(1);
        (await bench.Store.NoticesAsync(10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_limits_a_person_and_day_and_a_minute_are_kept_and_said()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync("--Bridge:Notices:PerPersonAndDay=2", "--Bridge:Notices:RecipientsPerMinute=100");
        await bench.ConsentAsync("ada", "grace");
        for (int i = 10; i > 7; i--) await PunchAsync(bench, minutesAgo: i);
        for (int i = 0; i < 3; i++) await bench.LookAsync();
        (await bench.GotAsync()).Count.ShouldBe(2);
        (await bench.Store.NoticesAsync(10)).Select(n => n.State).Order().ShouldBe([NoticeState.Delivered, NoticeState.Delivered, NoticeState.Failed]);
        (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).Single(e => e.Source == NoticeSender.Source).Text.ShouldContain("143105");

        // A hundred recipients a minute: 60 and 60 do not go together.
        for (int group = 0; group < 2; group++)
            await bench.Store.AddAsync([new($"test:{group}", NoticeKind.Missing, null, $"test {group}", [.. Enumerable.Range(group * 60, 60).Select(i => $"p{i}")])], null);
        TimeSpan rest = await bench.LookAsync();
        rest.ShouldBe(TimeSpan.FromSeconds(5));
        (await bench.AllAsync()).Count(a => a.Text.StartsWith("test", StringComparison.Ordinal)).ShouldBe(60);
        await bench.SenderAt(DateTimeOffset.UtcNow.AddMinutes(2)).StepAsync(CancellationToken.None);
        (await bench.AllAsync()).Count(a => a.Text.StartsWith("test", StringComparison.Ordinal)).ShouldBe(120);
    }

    [Fact]
    public async Task Whom_the_platform_left_out_for_its_full_minute_is_told_a_minute_later_and_the_others_not_again()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "alan", "grace");
        await bench.Platform.SetAsync(new { notice_recipients_per_minute = 1 });
        await PunchAsync(bench);
        await bench.LookAsync();
        await bench.LookAsync();
        (await bench.GotAsync()).Select(g => g.Person).ShouldBe(["alan"]);
        (await bench.OnlyAsync()).State.ShouldBe(NoticeState.Pending);
        await bench.Platform.SetAsync(new { notice_recipients_per_minute = 5000 });
        NoticeSender later = bench.SenderAt(DateTimeOffset.UtcNow.AddMinutes(2));
        // Within the day, or the test would meet the end of it.
        if (DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)) is { Hour: 23, Minute: > 55 }) return;
        await later.StepAsync(CancellationToken.None);
        await later.StepAsync(CancellationToken.None);
        (await bench.GotAsync()).Select(g => g.Person).ShouldBe(["alan", "grace"]);
        (await bench.OnlyAsync()).State.ShouldBe(NoticeState.Delivered);
    }

    [Fact]
    public async Task A_missing_permission_stops_all_with_one_report_and_loses_nothing()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        await bench.ConsentAsync("ada", "grace");
        int fault = await bench.Platform.FaultAsync(new { kind = "no-permission", api = Send });
        await PunchAsync(bench);
        (await bench.LookAsync()).ShouldBe(TimeSpan.FromMinutes(5));
        (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).Single(e => e.Source == NoticeSender.Source).Code.ShouldBe("reason.notices_stopped");
        await bench.Platform.ClearFaultsAsync();
        await bench.LookAsync();
        (await bench.GotAsync()).Count.ShouldBe(1);
        (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 50)).ShouldNotContain(e => e.Source == NoticeSender.Source);
        fault.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_consent_is_recorded_by_command_with_who_gave_it_and_ended_by_command()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync();
        string data = Path.Combine(bench.Bench.Folder, "bridge");
        async Task<string> RunAsync(params string[] args)
        {
            StringWriter said = new();
            await BridgeProgram.RunAsync(["consent", args[0], "--data", data, .. args[1..]], said, said);
            return said.ToString();
        }

        (await RunAsync("add", "--person", "ada", "--recipient", "grace", "--text-version", "2026-09", "--given-by", "Annabella Byron", "--by", "hr")).ShouldContain("Recorded: grace is told about ada's punches");
        (await RunAsync("add", "--person", "ada", "--recipient", "grace", "--text-version", "2026-09", "--given-by", "x")).ShouldContain("in force already");
        (await RunAsync("add", "--person", "zed", "--recipient", "grace", "--text-version", "1", "--given-by", "x")).ShouldContain("no person 'zed'");
        (await RunAsync("add", "--person", "ada", "--recipient", "ada", "--text-version", "1", "--given-by", "x")).ShouldContain("are the same");
        (await RunAsync("add", "--person", "ada", "--recipient", "a,b", "--text-version", "1", "--given-by", "x")).ShouldContain("without commas");
        (await RunAsync("list")).ShouldContain("ada\tgrace\t2026-09\tAnnabella Byron");
        (await RunAsync("end", "--person", "ada", "--recipient", "grace", "--by", "hr")).ShouldContain("Ended");
        (await RunAsync("end", "--person", "ada", "--recipient", "grace")).ShouldContain("No consent");
        (await RunAsync("list")).ShouldBeEmpty();
        (await RunAsync("list", "--all")).ShouldContain("by hr");
        (await bench.Bench.Get<IAuditStore>().AuditLogAsync(10)).Select(a => a.Action).ShouldContain("consent recorded");
    }

    [Theory]
    [InlineData("Bridge:Platform:Kind=none", "need Bridge:Platform:Kind=dingtalk")]
    [InlineData("Bridge:Notices:AgentId=0", "AgentId is missing")]
    [InlineData("Bridge:Notices:AgentId=-1", "must be the app's agent_id")]
    [InlineData("Bridge:Notices:MissingMinutes=10", "needs Bridge:Site:Shift")]
    [InlineData("Bridge:Notices:PerPersonAndDay=501", "must be from 1 to 500")]
    [InlineData("Bridge:Notices:RecipientsPerMinute=5001", "must be from 100 to 5000")]
    [InlineData("Bridge:Notices:Managers:0:Recipients=", "must be 1 to 100 userids")]
    [InlineData("Bridge:Notices:Language=fr", "use zh-Hans or en")]
    [InlineData("Bridge:Notices:Parents=true", "There is no setting Bridge:Notices:Parents")]
    public void A_setting_that_cannot_work_is_one_sentence(string setting, string sentence)
    {
        string folder = Directory.CreateTempSubdirectory("notices-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "secret"), "x");
            Should.Throw<BridgeStartException>(() => BridgeApplication.Build([.. Bench.Arguments(folder, new Uri("http://127.0.0.1:1/")), .. NoticeBench.Usual, $"--{setting}"])).Message.ShouldContain(sentence);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
