using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Patrol;

/// <summary>What the patrol finds, from facts alone.</summary>
public sealed class PatrolRuleTests
{
    private const long Now = 1_790_000_000_000, Hour = 3_600_000, Day = 24 * Hour;
    private static readonly Guid One = Guid.CreateVersion7(), Two = Guid.CreateVersion7();

    private static TerminalFacts Sound => new()
    {
        Terminal = new()
        {
            Name = "m2-001", CreatedAt = Now - (100 * Day), Online = true, LastSeenAt = Now - 1000, ClockOffsetMs = 40, Clock = "ntp", Queue = 0, FreeBytes = 8L << 30, Temperature = 45, CertificateNotAfter = Now + (200 * Day),
            Versions = new Dictionary<string, string> { ["agent"] = "1.2.0", ["pack"] = "face@1.0.0" },
        },
        Health = new() { Liveness = true, CameraRunning = true, CameraFps = 25, McuOnline = true, McuSafeMode = false, DiskFailing = false, DiskReadOnly = false, DiskWear = 10, InodesFree = 80, UnderVoltage = false, Throttled = false },
        Settings = new() { Revision = 1, Digest = "", Settings = new() { ["Liveness:Enabled"] = "true", ["Liveness:Challenge"] = "doubt", ["WantedFpir"] = "0.003" } },
        Ledgers = [new("m2-001", One, Now - (100 * Day))],
        Newest = new Dictionary<string, string> { ["agent"] = "1.2.0", ["pack"] = "face@1.0.0" },
    };

    private static IReadOnlyList<PatrolFinding> Judge(TerminalFacts facts) => PatrolRules.Judge(facts, new PatrolOptions(), Now);

    [Fact]
    public void A_sound_terminal_has_grade_A_and_one_of_an_earlier_version_is_judged_by_what_it_tells()
    {
        Judge(Sound).ShouldBeEmpty();
        PatrolRules.Grade([]).ShouldBe((100, "A"));
        Judge(Sound with { Health = null, Settings = null }).ShouldBeEmpty();
    }

    public static TheoryData<string, string, PatrolLevel, string> Troubles => new()
    {
        { "silent an hour", "silent", PatrolLevel.Warning, "90 min" },
        { "silent for days", "silent", PatrolLevel.Fault, "3 d" },
        { "never seen", "never-seen", PatrolLevel.Notice, "100" },
        { "certificate ends in 20 days", "certificate", PatrolLevel.Warning, "2026-10" },
        { "certificate ends tomorrow", "certificate", PatrolLevel.Fault, "2026-09" },
        { "older agent", "version", PatrolLevel.Warning, "agent 1.2.0 → 1.10.0" },
        { "tamper", "tamper", PatrolLevel.Fault, "Z" },
        { "liveness off", "liveness-off", PatrolLevel.Fault, "" },
        { "liveness off by settings alone", "liveness-off", PatrolLevel.Fault, "" },
        { "weak", "weak-settings", PatrolLevel.Warning, "Liveness:Challenge=off, WantedFpir=0.05" },
        { "refused settings", "settings-refused", PatrolLevel.Notice, "Door:OpenMs" },
        { "clock 20 s", "clock", PatrolLevel.Warning, "+20.0" },
        { "clock two minutes", "clock", PatrolLevel.Fault, "-120.0" },
        { "clock untrusted", "clock-untrusted", PatrolLevel.Warning, "" },
        { "disk failing", "disk-failing", PatrolLevel.Fault, "" },
        { "disk read-only", "disk-failing", PatrolLevel.Fault, "" },
        { "disk worn", "disk-wear", PatrolLevel.Warning, "90" },
        { "disk worn out", "disk-wear", PatrolLevel.Fault, "110" },
        { "disk tight", "disk-full", PatrolLevel.Warning, "300" },
        { "disk full", "disk-full", PatrolLevel.Fault, "10" },
        { "inodes", "disk-full", PatrolLevel.Warning, "2 % inodes" },
        { "fork", "ledger-forked", PatrolLevel.Fault, "" },
        { "new ledger", "ledger-new", PatrolLevel.Warning, "Z" },
        { "copied board", "shared-identity", PatrolLevel.Fault, "" },
        { "backlog grows", "backlog", PatrolLevel.Warning, "300" },
        { "controller gone", "mcu-offline", PatrolLevel.Fault, "" },
        { "safe mode", "mcu-safe-mode", PatrolLevel.Warning, "" },
        { "no picture", "camera", PatrolLevel.Fault, "0" },
        { "slow camera", "camera", PatrolLevel.Warning, "2.5" },
        { "supply", "power", PatrolLevel.Warning, "" },
        { "hot", "hot", PatrolLevel.Warning, "86" },
        { "crashes", "crashes", PatrolLevel.Warning, "4" },
        { "refused messages", "refused", PatrolLevel.Notice, "gap, malformed" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Each_trouble_is_one_finding_with_its_level_facts_and_three_sentences(string trouble, string code, PatrolLevel level, string fact)
    {
        PatrolFinding finding = Judge(With(trouble)).ShouldHaveSingleItem();
        (finding.Code, finding.Level).ShouldBe((code, level));
        if (fact.Length > 0) finding.Facts.ShouldContain(f => f.Contains(fact, StringComparison.Ordinal));
        PatrolRules.Codes.ShouldContain(code);
        foreach (string language in (string[])["", "zh-Hans"])
        {
            System.Globalization.CultureInfo culture = System.Globalization.CultureInfo.GetCultureInfo(language);
            PatrolWords.Found(finding, culture).ShouldNotContain("{");
            PatrolWords.Means(finding, culture).ShouldNotBe(code);
            PatrolWords.Remedy(finding, culture).ShouldNotBe(code);
        }
    }

    [Fact]
    public void Every_code_is_reached_by_a_test() => PatrolRules.Codes.Except(Troubles.Select(t => t.Data.Item2)).ShouldBeEmpty();

    private static TerminalFacts With(string trouble)
    {
        TerminalFacts s = Sound;
        TerminalRow t = s.Terminal;
        Dictionary<string, string> Settings(string key, string value, string? other = null, string? to = null)
        {
            Dictionary<string, string> all = new(s.Settings!.Settings) { [key] = value };
            if (other is not null) all[other] = to!;
            return all;
        }

        return trouble switch
        {
            "silent an hour" => s with { Terminal = t with { Online = false, LastSeenAt = Now - (90 * 60_000) } },
            "silent for days" => s with { Terminal = t with { Online = false, LastSeenAt = Now - (3 * Day) - Hour } },
            "never seen" => s with { Terminal = t with { Online = false, LastSeenAt = null } },
            "certificate ends in 20 days" => s with { Terminal = t with { CertificateNotAfter = Now + (20 * Day) } },
            "certificate ends tomorrow" => s with { Terminal = t with { CertificateNotAfter = Now + Day } },
            "older agent" => s with { Newest = new Dictionary<string, string> { ["agent"] = "1.10.0", ["pack"] = "other@9.0.0" } },
            "tamper" => s with { Tamper = (Now - Day, 1) },
            "liveness off" => s with { Health = s.Health! with { Liveness = false } },
            "liveness off by settings alone" => s with { Health = null, Settings = s.Settings! with { Settings = Settings("Liveness:Enabled", "false") } },
            "weak" => s with { Settings = s.Settings! with { Settings = Settings("Liveness:Challenge", "off", "WantedFpir", "0.05") } },
            "refused settings" => s with { Settings = s.Settings! with { Refused = new() { ["Door:OpenMs"] = "no door" } } },
            "clock 20 s" => s with { Terminal = t with { ClockOffsetMs = 20_000 } },
            "clock two minutes" => s with { Terminal = t with { ClockOffsetMs = -120_000 } },
            "clock untrusted" => s with { Terminal = t with { Clock = "untrusted" } },
            "disk failing" => s with { Health = s.Health! with { DiskFailing = true } },
            "disk read-only" => s with { Health = s.Health! with { DiskReadOnly = true } },
            "disk worn" => s with { Health = s.Health! with { DiskWear = 90 } },
            "disk worn out" => s with { Health = s.Health! with { DiskWear = 110 } },
            "disk tight" => s with { Terminal = t with { FreeBytes = 300 << 20 } },
            "disk full" => s with { Terminal = t with { FreeBytes = 10 << 20 } },
            "inodes" => s with { Health = s.Health! with { InodesFree = 2 } },
            "fork" => s with { Rows = [new(t, One, 5, null, true, true, "forked")] },
            "new ledger" => s with { Ledgers = [new("m2-001", One, Now - (100 * Day)), new("m2-001", Two, Now - Day)] },
            "copied board" => s with { Open = new HashSet<string> { "shared-identity" } },
            "backlog grows" => s with { Terminal = t with { Queue = 300 }, QueueBefore = 120 },
            "controller gone" => s with { Health = s.Health! with { McuOnline = false } },
            "safe mode" => s with { Health = s.Health! with { McuSafeMode = true } },
            "no picture" => s with { Health = s.Health! with { CameraRunning = false } },
            "slow camera" => s with { Health = s.Health! with { CameraFps = 2.5 } },
            "supply" => s with { Health = s.Health! with { UnderVoltage = true } },
            "hot" => s with { Terminal = t with { Temperature = 86 } },
            "crashes" => s with { Crashes = (Now - Hour, 4) },
            "refused messages" => s with { Open = new HashSet<string> { "malformed", "gap" } },
            _ => throw new ArgumentException(trouble),
        };
    }

    [Fact]
    public void What_shrinks_what_is_new_from_the_start_and_what_is_away_is_no_finding()
    {
        Judge(Sound with { Terminal = Sound.Terminal with { Queue = 5000 }, QueueBefore = 6000 }).ShouldBeEmpty();
        Judge(Sound with { Ledgers = [new("m2-001", One, Now - Day)] }).ShouldBeEmpty();
        Judge(Sound with { Ledgers = [new("m2-001", One, Now - (100 * Day)), new("m2-001", Two, Now - (30 * Day))] }).ShouldBeEmpty();
        Judge(Sound with { Tamper = (Now - (8 * Day), 3) }).ShouldBeEmpty();
        // Of a terminal that is away only that is told, not the controller as it was then.
        TerminalFacts away = With("controller gone");
        Judge(away with { Terminal = away.Terminal with { Online = false, LastSeenAt = Now - (2 * Hour) } }).ShouldHaveSingleItem().Code.ShouldBe("silent");
        Judge(Sound with { Newest = new Dictionary<string, string> { ["agent"] = "1.2.0-beta" } }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("camera:Warning", 90, "B")]
    [InlineData("camera:Warning,hot:Warning", 80, "B")]
    [InlineData("camera:Warning,hot:Warning,power:Warning", 70, "C")]
    [InlineData("refused:Notice", 97, "A")]
    [InlineData("refused:Notice,never-seen:Notice", 94, "B")]
    [InlineData("mcu-offline:Fault", 50, "C")]
    [InlineData("mcu-offline:Fault,camera:Fault", 0, "D")]
    [InlineData("tamper:Fault", 40, "D")]
    public void The_grade_follows_the_gravest(string findings, int score, string grade) =>
        PatrolRules.Grade(findings.Split(',').Select(f => new PatrolFinding(f.Split(':')[0], Enum.Parse<PatrolLevel>(f.Split(':')[1]), [], Now))).ShouldBe((score, grade));

    [Fact]
    public void What_somebody_took_note_of_counts_again_when_it_ends_gets_worse_or_happens_again()
    {
        PatrolAck ack = new("m2-001", "disk-wear", PatrolLevel.Warning, "otto", "ordered", Now - Day, Now + Day);
        PatrolFinding worn = new("disk-wear", PatrolLevel.Warning, ["90"], Now - Day);
        PatrolRules.Counts(worn, null, Now).ShouldBeTrue();
        PatrolRules.Counts(worn, ack, Now).ShouldBeFalse();
        PatrolRules.Counts(worn, ack, Now + (2 * Day)).ShouldBeTrue();
        PatrolRules.Counts(worn with { Level = PatrolLevel.Fault }, ack, Now).ShouldBeTrue();
        PatrolAck seen = ack with { Code = "tamper", Level = PatrolLevel.Fault };
        PatrolRules.Counts(new("tamper", PatrolLevel.Fault, [], Now - (2 * Day)), seen, Now).ShouldBeFalse();
        PatrolRules.Counts(new("tamper", PatrolLevel.Fault, [], Now - 1), seen, Now).ShouldBeTrue();
    }
}
