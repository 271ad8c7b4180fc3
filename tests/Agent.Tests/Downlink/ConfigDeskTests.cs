using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Edge.Agent.Tests.Downlink;

/// <summary>The bridge's wishes about settings: judged one by one, in force at once, kept over restarts, and never at a punch's cost.</summary>
public sealed class ConfigDeskTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Narration _narration = new(NullLogger<Narration>.Instance, TimeProvider.System);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Good_values_come_into_force_and_a_bad_one_is_refused_with_its_reason_and_costs_nothing_else()
    {
        AgentOptions options = Read("--Repeat:Seconds=90"), copy = options with { ReadyGrace = TimeSpan.Zero };
        ConfigDesk desk = new(options, _narration);
        List<string> changed = [];
        desk.Changed += keys => changed.AddRange(keys);
        desk.Take(Wish(3, ("Door:OpenMs", "3000"), ("Liveness:Challenge", "always"), ("WantedFpir", "7"), ("TimeZone", "Mars/Base"), ("Repeat:Seconds", "10"), ("Bridge:Host", "evil"), ("New:Key", "1"))).ShouldBeNull();

        (copy.DoorOpenMs, copy.Challenge.ToString(), copy.WantedFpir, copy.Zone.Id).ShouldBe((3000, "Always", 0.003, "Asia/Shanghai"));
        copy.RepeatWindow.ShouldBe(TimeSpan.FromSeconds(90), "the command line counts more than the bridge");
        copy.BridgeHost.ShouldBeNull();
        changed.ShouldBe(["Liveness:Challenge", "Door:OpenMs"], ignoreOrder: true);
        ConfigApplied state = desk.State();
        (state.Revision, state.Settings["Door:OpenMs"], state.Settings["Repeat:Seconds"]).ShouldBe((3, "3000", "90"));
        state.Refused.Keys.ShouldBe(["WantedFpir", "TimeZone", "Repeat:Seconds", "Bridge:Host", "New:Key"], ignoreOrder: true);
        state.Refused["TimeZone"].ShouldContain("IANA");
        state.Refused["Repeat:Seconds"].ShouldContain("command line");
        ConfigRules.Check(state).ShouldBeNull();
        desk.Status().Pinned.ShouldContain("Repeat:Seconds");

        // What is not wished for any more is the terminal's own again.
        desk.Take(Wish(4, ("Liveness:Challenge", "off"))).ShouldBeNull();
        (copy.DoorOpenMs, copy.Challenge.ToString(), desk.State().Refused.Count).ShouldBe((0, "Off", 0));
    }

    [Fact]
    public void Wishes_survive_a_restart_and_a_setting_for_the_next_start_holds_from_it_on()
    {
        ConfigDesk first = new(Read(), _narration);
        first.Take(Wish(1, ("Frames:AgeLimitSeconds", "42"), ("Screen:Language", "zh-CN"))).ShouldBeNull();
        ConfigApplied before = first.State();
        (before.AtRestart.Single(), before.Settings["Frames:AgeLimitSeconds"], before.Settings["Screen:Language"]).ShouldBe(("Frames:AgeLimitSeconds", "5", "zh-CN"));
        AgentOptions again = Read();
        ConfigDesk second = new(again, _narration);
        ConfigApplied after = second.State();
        (after.Revision, after.Digest, after.AtRestart.Count, after.Settings["Frames:AgeLimitSeconds"], again.FrameAgeLimit.TotalSeconds).ShouldBe((1, before.Digest, 0, "42", 42));
        File.GetUnixFileMode(again.WishesFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Revision\":1,\"Digest\":\"a\",\"Settings\":{\"Door:OpenMs\":null}}")]
    public void A_damaged_file_is_set_aside_and_the_terminals_own_configuration_holds(string text)
    {
        AgentOptions options = Read();
        Directory.CreateDirectory(options.State);
        File.WriteAllText(options.WishesFile, text);
        ConfigDesk desk = new(options, _narration);
        (desk.State().Digest, options.DoorOpenMs, File.Exists(options.WishesFile + ".damaged")).ShouldBe(("", 0, true));
        _narration.Recent.ShouldContain(e => e.Kind == "config" && e.Text.Contains("set aside", StringComparison.Ordinal));
        desk.Take(Wish(1, ("Door:OpenMs", "500"))).ShouldBeNull();
        new ConfigDesk(Read(), _narration).State().Revision.ShouldBe(1);
    }

    [Fact]
    public void Wishes_that_cannot_be_kept_are_not_followed_either()
    {
        AgentOptions options = Read();
        Directory.CreateDirectory(options.WishesFile + ".new");
        File.WriteAllText(Path.Combine(options.WishesFile + ".new", "x"), "");
        ConfigDesk desk = new(options, _narration);
        desk.Take(Wish(1, ("Door:OpenMs", "500")))!.ShouldContain("cannot be written");
        (options.DoorOpenMs, desk.State().Revision).ShouldBe((0, 0));
    }

    // thingsboard-gateway#2124: applying configuration destroyed the buffer.
    [Fact]
    public async Task Thingsboard_gateway_2124_a_thousand_configurations_while_people_punch_lose_no_punch_and_touch_neither_ledger_nor_gallery()
    {
        AgentOptions options = Read();
        Directory.CreateDirectory(options.State);
        ConfigDesk desk = new(options, _narration);
        BenchClock clock = new();
        using LedgerStore ledger = LedgerStore.Open(new LedgerOptions { Path = options.LedgerFile, Terminal = "m2-001" }, clock.BootId);
        TrustedClock trusted = new(new TrustedClockOptions(), clock, clock, clock, ledger);
        PunchBook book = new(ledger, () => options.RepeatWindow);
        Guid id = ledger.LedgerId;
        using CancellationTokenSource stop = new();
        Task<int> punching = Task.Run(() =>
        {
            int recorded = 0;
            for (int person = 0; !stop.IsCancellationRequested; person++)
                if (book.Record(new() { Person = $"u{person}", Method = Contract.Punches.PunchMethod.Card, Origin = $"e{person}" }, trusted.Read()).Verdict == PunchVerdict.Accepted) recorded++;
            return recorded;
        }, TestContext.Current.CancellationToken);
        for (int i = 1; i <= 1000; i++)
        {
            desk.Take(Wish(i, ("Repeat:Seconds", $"{i % 100}"), ("Door:OpenMs", $"{i}"), ("WantedFpir", i % 2 == 0 ? "0.01" : "nonsense"))).ShouldBeNull();
            // A reconnect now and then: read back as a new start would.
            if (i % 100 == 0) new ConfigDesk(Read(), _narration).State().Revision.ShouldBe(i);
        }
        await stop.CancelAsync();
        int punches = await punching;
        punches.ShouldBeGreaterThan(10);
        (ledger.LedgerId, ledger.LastSeq).ShouldBe((id, punches));
        for (int person = 0; person < punches; person++) ledger.OfOrigin($"e{person}")!.Seq.ShouldBe(person + 1);
        using (LedgerReader reader = LedgerReader.Open(options.LedgerFile)) reader.Verify().Whole.ShouldBeTrue();
        Directory.GetFiles(options.State).Select(Path.GetFileName).ShouldNotContain(name => name!.StartsWith("gallery", StringComparison.Ordinal));
    }

    private AgentOptions Read(params string[] more)
    {
        string file = _scratch["agent.json"];
        File.WriteAllText(file, $$"""{"Terminal":"m2-001","State":"{{_scratch["s"]}}","TimeZone":"Asia/Shanghai"}""");
        Directory.CreateDirectory(_scratch["s"]);
        return AgentConfiguration.Read(["--config", file, .. more]);
    }

    private static ConfigMessage Wish(long revision, params (string Key, string Value)[] settings) =>
        new() { Revision = revision, Digest = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()), Settings = settings.ToDictionary(one => one.Key, one => one.Value) };
}
