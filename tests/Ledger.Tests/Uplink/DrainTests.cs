using System.Diagnostics;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

public sealed class DrainTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_backlog_drains_oldest_first_in_batches_and_new_punches_go_on()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(1_000).Start();
        await Wait.Until(() => rig.Bridge.Through > 0, "the first batch");
        rig.Punch(50);
        await rig.EverythingArrivesAsync();
        long[][] batches = [.. rig.Bridge.Batches];
        batches.ShouldAllBe(b => b.Length <= 128);
        batches.SelectMany(b => b).ShouldBe(Enumerable.Range(1, 1_050).Select(i => (long)i));
        rig.Ledger.Queue.ShouldBe(0);
        rig.Uplink.Status.Condition.ShouldBe(UplinkCondition.Online);
        rig.Uplink.Status.Through.ShouldBe(1_050);
        rig.Notes.Where(n => n.Kind == UplinkNoteKind.Acknowledged).Sum(n => n.Through - n.From + 1).ShouldBe(1_050);
    }

    [Fact]
    public async Task A_single_punch_goes_up_at_once_and_is_told_in_words()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Start();
        await Wait.Until(() => rig.Uplink.Status.Condition == UplinkCondition.Online, "online");
        rig.Punch(1);
        await rig.EverythingArrivesAsync();
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Acknowledged && n.Text == "The bridge has punch 1." && n.Through == 1);
    }

    [Fact]
    public async Task Hello_tells_the_sealed_head_and_state_gives_the_clock_the_bridges_time()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(3);
        rig.Ledger.Append(Drafts.Card(), ClockReading.Unknown(5, 5, "boot-1"));
        rig.Start();
        await Wait.Until(() => rig.Ledger.Acknowledged == 3, "sealed punches acknowledged");
        HelloMessage hello = rig.Bridge.Hellos.First();
        (hello.Terminal, hello.Ledger, hello.LastSeq, hello.LastChain).ShouldBe(("m2-001", rig.Ledger.LedgerId, 3, rig.Ledger.Head.Chain));
        rig.Clock.Source.ShouldBe(TrustSource.Bridge);
        // The held punch waits here until it is sealed, then follows.
        rig.Bridge.Through.ShouldBe(3);
        rig.Ledger.Seal(new(Board.Start + 9_000, 5, "boot-1", 1, TrustSource.Bridge)).ShouldBe(1);
        await rig.EverythingArrivesAsync();
    }

    [Fact]
    public async Task The_drain_rate_is_bounded()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { DrainPerSecond = 400, MaxBatch = 50 });
        rig.Punch(300);
        var time = Stopwatch.StartNew();
        rig.Start();
        await rig.EverythingArrivesAsync();
        // Six batches of 50 at 400 a second: the sixth may leave 625 ms after the first. A lower bound cannot fail by slowness.
        time.Elapsed.TotalMilliseconds.ShouldBeGreaterThan(600);
    }

    [Fact]
    public async Task A_large_backlog_is_drained_quickly()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(10_000);
        var time = Stopwatch.StartNew();
        rig.Start();
        await rig.EverythingArrivesAsync();
        output.WriteLine($"10,000 punches in {time.Elapsed.TotalMilliseconds:0} ms, {10_000 / time.Elapsed.TotalSeconds:0} a second, one batch in flight");
    }

    [Fact]
    public async Task Status_is_retained_says_the_queue_and_a_graceful_stop_says_offline()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { StatusEvery = TimeSpan.FromMilliseconds(50) }, new Describing());
        rig.Start();
        await Wait.Until(() => rig.Bridge.Statuses.Count >= 3, "three statuses");
        rig.Bridge.Statuses.ShouldAllBe(s => s.Online && s.Temperature == 41.5 && s.FreeBytes > 0 && s.Clock != null);
        await rig.StopAsync();
        rig.Bridge.Statuses.Last().Online.ShouldBeFalse();
        rig.Uplink.Status.Condition.ShouldBe(UplinkCondition.Idle);
    }

    [Fact]
    public async Task An_unclean_end_leaves_the_will()
    {
        await using Rig rig = await Rig.MakeAsync();
        using var link = new Link(rig.Bridge.Port);
        rig.Options.ShouldNotBeNull();
        await using Rig through = await Rig.MakeAsync(o => o with { Port = link.Port, CaFile = rig.Options.CaFile, CertificateFile = rig.Options.CertificateFile, KeyFile = rig.Options.KeyFile, BackoffFirst = TimeSpan.FromMinutes(1), BackoffCap = TimeSpan.FromMinutes(1) });
        through.Start();
        await Wait.Until(() => rig.Bridge.Statuses.Any(s => s.Online), "online");
        link.Cut();
        await Wait.Until(() => rig.Bridge.Statuses.Any(s => !s.Online), "the will");
    }

    [Fact]
    public async Task Events_go_up_in_order_once_and_are_removed()
    {
        await using Rig rig = await Rig.MakeAsync();
        for (int i = 0; i < 20; i++) rig.Ledger.Events.Add("door", "Door " + i);
        rig.Start();
        await Wait.Until(() => rig.Bridge.Events.Count >= 20, "events");
        rig.Ledger.Events.Add("tamper", "Case opened.", security: true);
        await Wait.Until(() => rig.Ledger.Events.Count == 0, "the outbox empty");
        rig.Bridge.Events.Select(e => e.Text).ShouldBe([.. Enumerable.Range(0, 20).Select(i => "Door " + i), "Case opened."]);
        rig.Bridge.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Roster_and_command_messages_reach_the_host_and_a_failing_host_does_not_stop_punches()
    {
        var host = new Describing { Fails = true };
        await using Rig rig = await Rig.MakeAsync(host: host);
        rig.Start();
        await Wait.Until(() => rig.Uplink.Status.Condition == UplinkCondition.Online, "online");
        await rig.Bridge.SendAsync("m2-001", "roster", "{\"a\":1}"u8.ToArray());
        await rig.Bridge.SendAsync("m2-001", "command", "{}"u8.ToArray());
        await Wait.Until(() => host.Seen.Count == 2, "both messages");
        host.Seen.ShouldBe(["roster {\"a\":1}", "command {}"]);
        host.States.ShouldBeGreaterThan(0);
        rig.Punch(3);
        await rig.EverythingArrivesAsync();
        rig.Bridge.Hellos.Count.ShouldBe(1);
    }

    private sealed class Describing : IUplinkHost
    {
        public bool Fails { get; init; }
        public List<string> Seen { get; } = [];
        public int States { get; private set; }
        public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string> { ["agent"] = "0.1.0" };

        public StatusMessage Describe(StatusMessage basis) => basis with { Temperature = 41.5 };

        public Task OnStateAsync(StateMessage state, CancellationToken cancellation)
        {
            States++;
            return Task.CompletedTask;
        }

        public Task OnDownlinkAsync(string leaf, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
        {
            Seen.Add($"{leaf} {System.Text.Encoding.UTF8.GetString(payload.Span)}");
            return Fails ? throw new InvalidOperationException("The host failed.") : Task.CompletedTask;
        }
    }
}
