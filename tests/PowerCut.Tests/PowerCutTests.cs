using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.PowerCut.Disk;
using Devices.PowerCut.Scenarios;
using Devices.PowerCut.Trace;
using Devices.PowerCut.Vfs;

namespace Devices.PowerCut.Tests;

/// <summary>Short runs of what <c>Devices.PowerCut</c> does for hours: the power is cut at every operation, and every promise is looked for.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_ledger_keeps_its_word_over_power_cuts(int seed) => Kept(new LedgerScenario(), seed, steps: 60, states: 250);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_bridges_store_keeps_its_word_over_power_cuts(int seed) => Kept(new BridgeScenario(), seed, steps: 30, states: 100);

    [Fact]
    public void A_bridges_first_start_may_be_cut_anywhere() => Kept(new BridgeScenario(fromNothing: true), 1, steps: 4, states: 40);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_boards_people_answers_commands_and_PINs_outlast_power_cuts(int seed) => Kept(new BoardScenario(), seed, steps: 40, states: 200);

    [Fact]
    public void Keys_secrets_certificates_tombstones_and_photos_outlast_power_cuts()
    {
        Assert.SkipUnless(File.Exists(StraceRecording.Program), "strace is not installed (./tools/test installs it).");
        Kept(new FileScenario(), 1, steps: 50, states: 300);
    }

    [Fact]
    public void A_punch_that_a_restart_finds_in_the_log_is_on_the_disk_before_its_entry_is_confirmed()
    {
        string folder = Directory.CreateTempSubdirectory("pwr-").FullName;
        try
        {
            DiskLog log = new();
            PunchDraft draft = new() { Person = "u-1", Method = PunchMethod.Card, Origin = "entry-1" };
            using (RecordingVfs.Watch(folder, log))
            {
                LedgerStore first = LedgerScenario.Open(folder, "boot-1");
                // As a kill between writing and syncing: the bytes are in the log's file, and nobody made them certain.
                log.Faults = new(DiskFaultKind.SyncKeeps, 1, int.MaxValue);
                Should.Throw<LedgerException>(() => first.Append(draft, ClockReading.Known(1_764_000_000_000, 1, "boot-1")));
                first.Dispose();
                log.Faults = null;
                using LedgerStore again = LedgerScenario.Open(folder, "boot-1");
                // The controller forgets the entry by this answer.
                (again.Append(draft, ClockReading.Known(1_764_000_000_500, 501, "boot-1")) is AppendResult.SameOrigin or AppendResult.Recorded).ShouldBeTrue();
                log.Note("confirmed");
            }

            DiskModel model = new(DiskImage.Empty);
            foreach (DiskOp op in log.Ops.TakeWhile(op => op is not DiskOp.Mark)) model.Apply(op);
            Random random = new(1);
            string cut = folder + "-cut";
            foreach (DiskImage state in Enumerable.Range(0, 20).SelectMany(_ => new CutChooser(model, random).States(6)))
            {
                state.Write(cut);
                using LedgerStore left = LedgerScenario.Open(cut, "boot-2");
                left.LastSeq.ShouldBe(1);
            }

            Directory.Delete(cut, recursive: true);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData('0')]
    [InlineData('1')]
    public void With_synchronous_off_or_normal_the_same_cuts_find_punches_that_are_lost(char synchronous)
    {
        ReplayResult ledger = Run(new LedgerScenario(), 1, new() { Steps = 30, MostStates = 200, Synchronous = synchronous });
        ledger.Violations.ShouldContain(one => one.Contains("was promised, the ledger ends at", StringComparison.Ordinal) || one.Contains("the ledger's identity", StringComparison.Ordinal));
        ReplayResult bridge = Run(new BridgeScenario(), 1, new() { Steps = 12, MostStates = 60, Synchronous = synchronous });
        bridge.Violations.ShouldContain(one => one.Contains("is lost", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disk_that_only_says_that_it_has_synced_is_found_out() =>
        Run(new LedgerScenario(), 1, new() { Steps = 30, MostStates = 200, Lies = true }).Violations.ShouldNotBeEmpty();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_disk_that_fails_for_a_while_costs_no_punch_that_was_promised_and_nothing_must_be_restarted(DiskFaultKind kind)
    {
        foreach (IScenario scenario in (IScenario[])[new LedgerScenario(), new BridgeScenario()])
        {
            int steps = scenario is LedgerScenario ? 40 : 16, most = scenario is LedgerScenario ? 20 : 8;
            DiskFaults count = new(kind, int.MaxValue, 1);
            new Replayer(scenario, 1, new() { Steps = steps, Faults = count }).Record(new());
            int step = Math.Max(1, count.Calls / (3));
            for (int at = 1; at <= count.Calls; at += step) Kept(scenario, 1, steps, most, new DiskFaults(kind, at, at % 2 == 0 ? 1 : 4));
        }
    }

    public static TheoryData<DiskFaultKind> Kinds => [.. Enum.GetValues<DiskFaultKind>()];

    private void Kept(IScenario scenario, int seed, int steps, int states, DiskFaults? faults = null)
    {
        ReplayResult result = Run(scenario, seed, new() { Steps = steps, MostStates = states, Faults = faults });
        result.Violations.ShouldBeEmpty();
        result.States.ShouldBeGreaterThan(0);
    }

    private ReplayResult Run(IScenario scenario, int seed, ReplayOptions options)
    {
        ReplayResult result = new Replayer(scenario, seed, options).Run();
        output.WriteLine($"{scenario.Name}, seed {seed}{(options.Faults is { } faults ? $", {faults}" : "")}: {result}");
        return result;
    }
}
