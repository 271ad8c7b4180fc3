using Devices.Contract.Messages;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

/// <summary>Whatever happens on the way, every punch arrives once (by seq), in order, and none is marked acknowledged early.</summary>
public sealed class FaultTests
{
    private static UplinkOptions Short(UplinkOptions o) => o with { AckTimeout = TimeSpan.FromMilliseconds(700), StateTimeout = TimeSpan.FromMilliseconds(700), MaxBatch = 16 };

    [Theory]
    [InlineData(nameof(Act.StoreThenCut))]
    [InlineData(nameof(Act.Cut))]
    [InlineData(nameof(Act.StoreThenHang))]
    [InlineData(nameof(Act.AcknowledgeOnly))]
    [InlineData(nameof(Act.StoreSilently))]
    [InlineData(nameof(Act.Refuse))]
    [InlineData(nameof(Act.RefuseWithoutState))]
    public async Task A_fault_in_the_middle_loses_and_doubles_nothing(string name)
    {
        Act act = Enum.Parse<Act>(name);
        await using Rig rig = await Rig.MakeAsync(Short);
        long early = 0;
        rig.Bridge.Script = (n, batch) =>
        {
            if (rig.Ledger.Acknowledged > rig.Bridge.Through) early++;
            return n is 2 or 4 ? act : Act.Store;
        };
        rig.Punch(160).Start();
        await rig.EverythingArrivesAsync();
        early.ShouldBe(0);
    }

    /// <summary>thingsboard/thingsboard-gateway#2157: data sent in the first seconds after a silent link loss were counted as sent without a PUBACK.</summary>
    [Fact]
    public async Task Thingsboard_gateway_2157_punches_sent_into_a_dead_link_are_not_counted_as_sent()
    {
        await using Rig bridge = await Rig.MakeAsync();
        using var link = new Link(bridge.Bridge.Port);
        await using Rig rig = await Rig.MakeAsync(o => Short(o) with { Port = link.Port, CaFile = bridge.Options.CaFile, CertificateFile = bridge.Options.CertificateFile, KeyFile = bridge.Options.KeyFile });
        rig.Punch(5).Start();
        await Wait.Until(() => rig.Ledger.Acknowledged == 5, "the first punches");
        link.Silent = true;
        rig.Punch(40);
        await Wait.Until(() => rig.Uplink.Status.Condition != UplinkCondition.Online, "the dead link is noticed");
        rig.Ledger.Acknowledged.ShouldBe(5);
        bridge.Bridge.Through.ShouldBe(5);
        link.Silent = false;
        link.Cut();
        await Wait.Until(() => rig.Ledger.Acknowledged == 45, "the rest");
        bridge.Bridge.Punches.ShouldBe(rig.Ledger.SealedRange(1, 100));
    }

    /// <summary>node-red/node-red#2864: packets dropped without a FIN while nothing is being sent.</summary>
    [Fact]
    public async Task Node_red_2864_a_silent_link_is_noticed_by_keep_alive_while_idle()
    {
        await using Rig bridge = await Rig.MakeAsync();
        using var link = new Link(bridge.Bridge.Port);
        await using Rig rig = await Rig.MakeAsync(o => Short(o) with { Port = link.Port, KeepAlive = TimeSpan.FromSeconds(1), CaFile = bridge.Options.CaFile, CertificateFile = bridge.Options.CertificateFile, KeyFile = bridge.Options.KeyFile });
        rig.Start();
        await Wait.Until(() => rig.Uplink.Status.Condition == UplinkCondition.Online, "online");
        link.Silent = true;
        await Wait.Until(() => rig.Uplink.Status.Condition != UplinkCondition.Online, "the silence is noticed");
    }

    /// <summary>thingsboard/thingsboard-gateway#509: the broker acknowledged while the store behind it was down, and the data were gone.</summary>
    [Fact]
    public async Task Thingsboard_gateway_509_a_PUBACK_without_a_stored_batch_frees_nothing()
    {
        await using Rig rig = await Rig.MakeAsync(Short);
        bool down = true;
        rig.Bridge.Script = (_, _) => down ? Act.AcknowledgeOnly : Act.Store;
        rig.Punch(30).Start();
        await Wait.Until(() => rig.Bridge.Batches.Count >= 3, "three tries");
        (rig.Ledger.Acknowledged, rig.Ledger.Queue).ShouldBe((0, 30));
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Lost && n.Text.Contains("did not confirm them as stored"));
        down = false;
        await rig.EverythingArrivesAsync();
    }

    /// <summary>thingsboard/thingsboard-gateway#2124: the buffer was destroyed and made anew at every reconnect.</summary>
    [Fact]
    public async Task Thingsboard_gateway_2124_a_thousand_reconnects_lose_nothing()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { MaxBatch = 2, BackoffFirst = TimeSpan.FromMilliseconds(1), BackoffCap = TimeSpan.FromMilliseconds(1) });
        // Each connection ends at its first batch, half of them before and half after the commit.
        rig.Bridge.Script = (n, _) => n >= 1_000 ? Act.Store : n % 2 == 0 ? Act.StoreThenCut : Act.Cut;
        Guid ledger = rig.Ledger.LedgerId;
        rig.Punch(1_050).Start();
        await rig.EverythingArrivesAsync(240);
        rig.Uplink.Status.Connects.ShouldBeGreaterThanOrEqualTo(1_000);
        rig.Ledger.LedgerId.ShouldBe(ledger);
    }

    [Fact]
    public async Task A_bridge_that_never_answers_hello_is_left_and_tried_again()
    {
        await using Rig rig = await Rig.MakeAsync(Short);
        rig.Bridge.Answers = false;
        rig.Punch(3).Start();
        await Wait.Until(() => rig.Bridge.Hellos.Count >= 3, "three greetings");
        rig.Bridge.Batches.ShouldBeEmpty();
        rig.Notes.ShouldContain(n => n.Text.Contains("did not tell its state"));
        rig.Bridge.Answers = true;
        await rig.EverythingArrivesAsync();
    }

    [Fact]
    public async Task A_terminal_restarted_in_the_middle_goes_on()
    {
        await using Rig rig = await Rig.MakeAsync(Short);
        rig.Bridge.Script = (n, _) => n == 3 ? Act.StoreThenHang : Act.Store;
        rig.Punch(100).Start();
        await Wait.Until(() => rig.Bridge.Batches.Count >= 4, "the fourth batch");
        await rig.StopAsync();
        rig.Ledger.Dispose();
        rig.OpenLedger();
        rig.Punch(10).Start();
        await rig.EverythingArrivesAsync();
    }

    [Fact]
    public async Task A_gap_at_the_bridge_is_filled_from_its_watermark()
    {
        await using Rig rig = await Rig.MakeAsync(Short);
        rig.Punch(64).Start();
        await rig.EverythingArrivesAsync();
        rig.Bridge.ForgetAfter(20); // restored from a backup while connected
        rig.Punch(5);
        await rig.EverythingArrivesAsync();
        rig.Bridge.Batches.ShouldContain(b => b[0] == 21);
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Rewound);
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Refused && n.Text.Contains("misses punches"));
    }

    [Theory]
    [InlineData(ProblemCodes.Malformed)]
    [InlineData(ProblemCodes.Oversized)]
    public async Task A_batch_with_one_bad_punch_is_halved_down_to_it_and_then_sending_stops_there(string code)
    {
        await using Rig rig = await Rig.MakeAsync(Short);
        rig.Bridge.Problem = new() { Code = code, Text = "Punch 23 cannot be read." };
        rig.Bridge.Script = (_, batch) => batch.Punches.Any(p => p.Seq == 23) ? Act.Refuse : Act.Store;
        rig.Punch(40).Start();
        await Wait.Until(() => rig.Uplink.Status.Condition == UplinkCondition.Stopped, "stopped at the punch");
        rig.Bridge.Through.ShouldBe(22);
        rig.Ledger.Acknowledged.ShouldBe(22);
        rig.Uplink.Status.Text.ShouldContain("punch 23");
        await Wait.Until(() => rig.Bridge.Events.Any(e => e.Text.Contains("punch 23")), "the bridge's operators are told");
        // Mended at the bridge: after the next greeting all goes up.
        rig.Bridge.Script = (_, _) => Act.Store;
        await rig.Bridge.CutAsync("m2-001");
        await rig.EverythingArrivesAsync();
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Resumed);
    }

    [Fact]
    public async Task A_bridge_that_is_unavailable_is_waited_for()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { MaxBatch = 16 });
        rig.Bridge.Script = (n, _) => n < 4 ? Act.Refuse : Act.Store;
        rig.Punch(20).Start();
        await rig.EverythingArrivesAsync();
        rig.Bridge.Hellos.Count.ShouldBe(1);
        rig.Notes.ShouldContain(n => n.Text.Contains("implementation specific error"));
        rig.Notes.ShouldContain(n => n.Text.Contains("cannot take punches now (unavailable): Not now."));
    }

    [Fact]
    public async Task A_bridge_whose_store_is_down_is_waited_for_on_the_same_connection()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { MaxBatch = 16 });
        rig.Bridge.Script = (n, _) => n < 2 ? Act.RefuseWithoutState : Act.Store;
        rig.Punch(20).Start();
        await rig.EverythingArrivesAsync();
        rig.Bridge.Hellos.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_event_that_the_bridge_cannot_read_holds_neither_punches_nor_later_events()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Bridge.OnEvent = e => e.Text == "Strange." ? new() { Code = ProblemCodes.Malformed, Text = "No." } : null;
        rig.Ledger.Events.Add("door", "Strange.");
        rig.Ledger.Events.Add("door", "Plain.");
        rig.Punch(3).Start();
        await rig.EverythingArrivesAsync();
        await Wait.Until(() => rig.Ledger.Events.Count == 0 && rig.Ledger.Events.Dropped == 0, "the outbox empty");
        rig.Bridge.Events.Select(e => e.Text).ShouldContain("Plain.");
        rig.Bridge.Events.ShouldContain(e => e.Text.StartsWith("1 earlier events were dropped"));
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Refused && n.Text.Contains("Strange."));
    }

    [Fact]
    public async Task Events_that_cannot_be_stored_now_wait_and_punches_go_on()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { StatusEvery = TimeSpan.FromMilliseconds(100) });
        bool down = true;
        rig.Bridge.OnEvent = _ => down ? new() { Code = ProblemCodes.Unavailable, Text = "Not now." } : null;
        rig.Ledger.Events.Add("door", "Plain.");
        rig.Punch(3).Start();
        await rig.EverythingArrivesAsync();
        rig.Ledger.Events.Count.ShouldBe(1);
        down = false;
        await Wait.Until(() => rig.Ledger.Events.Count == 0, "the event taken");
        rig.Bridge.Hellos.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_state_of_an_unknown_version_or_of_garbage_is_not_obeyed()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(5).Start();
        await rig.EverythingArrivesAsync();
        await rig.Bridge.SendStateAsync("m2-001", rig.Bridge.State() with { Through = 1 }, version: "9");
        await rig.Bridge.SendAsync("m2-001", "state", "not json"u8.ToArray());
        await Wait.Until(() => rig.Notes.Count(n => n.Text.Contains("not read")) == 2, "both refused in words");
        rig.Ledger.Acknowledged.ShouldBe(5);
        rig.Punch(1);
        await rig.EverythingArrivesAsync();
    }
}
