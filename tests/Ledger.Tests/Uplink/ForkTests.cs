using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

public sealed class ForkTests
{
    private static async Task StoppedAsync(Rig rig, string word)
    {
        await Wait.Until(() => rig.Uplink.Status.Condition == UplinkCondition.Stopped, "stopped");
        rig.Uplink.Status.Text.ShouldContain(word);
        await Wait.Until(() => rig.Bridge.Events.Any(e => e.Kind == "fork"), "the event goes up although punches do not");
        rig.Notes.Count(n => n.Kind == UplinkNoteKind.Stopped).ShouldBe(1);
    }

    // Ten punches, an image of the board, some more that the bridge gets, and the image is put back.
    private static async Task PutBackAsync(Rig rig, int after)
    {
        rig.Punch(10);
        rig.Ledger.Dispose();
        File.Copy(rig.Folder.Ledger, rig.Folder.File("image"));
        rig.OpenLedger();
        rig.Punch(after).Start();
        await rig.EverythingArrivesAsync();
        await rig.StopAsync();
        rig.Ledger.Dispose();
        File.Copy(rig.Folder.File("image"), rig.Folder.Ledger, overwrite: true);
        rig.OpenLedger();
    }

    [Fact]
    public async Task A_watermark_with_another_chain_stops_sending_and_frees_nothing()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { MaxBatch = 10 });
        rig.Bridge.Script = (n, _) => n >= 1 ? Act.StoreWrongChain : Act.Store;
        rig.Punch(40).Start();
        await StoppedAsync(rig, "At punch 20 the bridge's chain differs");
        // The bridge is shown what does not fit, once, and nothing else.
        await Wait.Until(() => rig.Bridge.Batches.Count == 3, "the punch that differs is shown");
        rig.Ledger.Acknowledged.ShouldBe(10);
        rig.Ledger.LastSeq.ShouldBe(40);
        rig.Bridge.Batches.Last().ShouldBe([20L]);
        // Recording goes on.
        rig.Punch(1);
        rig.Ledger.LastSeq.ShouldBe(41);
    }

    [Fact]
    public async Task A_board_restored_from_an_old_image_is_noticed()
    {
        await using Rig rig = await Rig.MakeAsync();
        await PutBackAsync(rig, after: 10);
        rig.Ledger.Append(Drafts.Card("somebody else"), new Board().Known());
        rig.Start();
        await StoppedAsync(rig, "cloned or restored");
        rig.Bridge.Through.ShouldBe(20);
        rig.Ledger.LastSeq.ShouldBe(11);
        // It grows past the old end: then the chain gives it away.
        rig.Punch(15);
        await rig.Bridge.CutAsync("m2-001");
        await Wait.Until(() => rig.Uplink.Status.Text.Contains("chain differs"), "noticed again");
        rig.Bridge.Through.ShouldBe(20);
    }

    [Fact]
    public async Task A_clone_that_recorded_more_than_the_bridge_has_shows_it_where_they_part()
    {
        // The other board's punches 11 and 12 are stored before this one, which has recorded 11, 12 and 13 of its own, comes on line:
        // its greeting is past the watermark, so that the bridge cannot compare it.
        await using Rig rig = await Rig.MakeAsync(o => o with { AskAgainWhenStopped = TimeSpan.FromMilliseconds(300) });
        await PutBackAsync(rig, after: 2);
        int before = rig.Bridge.Batches.Count;
        for (int i = 0; i < 3; i++) rig.Ledger.Append(Drafts.Card("somebody else"), new Board().Known());
        rig.Start();
        await StoppedAsync(rig, "At punch 12 the bridge's chain differs");
        await Wait.Until(() => rig.Bridge.Batches.Count >= before + 2, "shown, and once more with the next greeting");
        rig.Bridge.Batches.Skip(before).ShouldAllBe(b => b.Length == 1 && b[0] == 12);
        rig.Bridge.Refused.ShouldContain(p => p.Code == ProblemCodes.Fork);
        // Told to operators once, whatever the bridge says to it.
        rig.Bridge.Events.Count(e => e.Kind == "fork").ShouldBe(1);
        rig.Bridge.Through.ShouldBe(12);
        rig.Ledger.LastSeq.ShouldBe(13);
    }

    [Fact]
    public async Task A_bridge_restored_from_a_backup_gets_the_rest_again()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(100).Start();
        await rig.EverythingArrivesAsync();
        await rig.StopAsync();
        rig.Bridge.ForgetAfter(30);
        rig.Start();
        await Wait.Until(() => rig.Bridge.Through == 100, "sent again");
        await rig.EverythingArrivesAsync();
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Rewound && n.Text.Contains("restored from a backup"));
        await Wait.Until(() => rig.Bridge.Events.Any(e => e.Text.Contains("from 31 on are sent again")), "told to operators");
    }

    [Fact]
    public async Task A_bridge_that_was_emptied_gets_everything_again()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(100).Start();
        await rig.EverythingArrivesAsync();
        rig.Bridge.ForgetAfter(0);
        await rig.Bridge.CutAsync("m2-001");
        await Wait.Until(() => rig.Bridge.Through == 100, "sent again");
        await rig.EverythingArrivesAsync();
    }

    [Fact]
    public async Task A_bridge_restored_to_before_what_is_kept_is_told_so()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(50).Start();
        await rig.EverythingArrivesAsync();
        await rig.StopAsync();
        rig.Ledger.Trim(DateTimeOffset.FromUnixTimeMilliseconds(Board.Start + 40_000), TestContext.Current.CancellationToken).ShouldBe(40);
        rig.Bridge.ForgetAfter(10);
        rig.Start();
        await StoppedAsync(rig, "keeps them from 41 on");
        // The bridge sees the gap for itself, and HR on its page.
        await Wait.Until(() => rig.Bridge.Refused.Any(p => p.Code == ProblemCodes.Gap), "the gap is shown to the bridge");
        rig.Ledger.Acknowledged.ShouldBe(50);
    }

    [Theory]
    [InlineData(ProblemCodes.Fork)]
    [InlineData(ProblemCodes.WrongTerminal)]
    [InlineData(ProblemCodes.Version)]
    [InlineData(ProblemCodes.Chain)]
    public async Task A_refusal_that_only_a_person_can_mend_stops_sending(string code)
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Bridge.Problem = new() { Code = code, Text = "The bridge says no." };
        rig.Bridge.Script = (_, _) => Act.Refuse;
        rig.Punch(5).Start();
        await StoppedAsync(rig, "The bridge says no.");
        rig.Ledger.Acknowledged.ShouldBe(0);
        rig.Bridge.Batches.Count.ShouldBe(code == ProblemCodes.Chain ? 2 : 1);
    }

    [Fact]
    public async Task A_stopped_uplink_asks_again_by_itself_and_resumes()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { AskAgainWhenStopped = TimeSpan.FromMilliseconds(100) });
        rig.Bridge.OnHello = s => s with { Problem = new() { Code = ProblemCodes.Fork, Text = "Ingest of this ledger is stopped." } };
        rig.Punch(5).Start();
        await StoppedAsync(rig, "Ingest of this ledger is stopped.");
        await Wait.Until(() => rig.Bridge.Hellos.Count >= 3, "asked again");
        rig.Bridge.Events.Count(e => e.Kind == "fork").ShouldBe(1);
        rig.Bridge.OnHello = s => s;
        await rig.EverythingArrivesAsync();
        rig.Notes.ShouldContain(n => n.Kind == UplinkNoteKind.Resumed);
        rig.Bridge.Batches.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stopped_uplink_says_so_again_after_a_lost_link_and_reports_it_once()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Bridge.OnHello = s => s with { Problem = new() { Code = ProblemCodes.Fork, Text = "Ingest of this ledger is stopped." } };
        rig.Punch(5).Start();
        await StoppedAsync(rig, "Ingest of this ledger is stopped.");
        await rig.Bridge.CutAsync("m2-001");
        await Wait.Until(() => rig.Notes.Count(n => n.Kind == UplinkNoteKind.Stopped) == 2, "told again");
        rig.Notes.Last().Kind.ShouldBe(UplinkNoteKind.Stopped);
        rig.Uplink.Status.Condition.ShouldBe(UplinkCondition.Stopped);
        rig.Bridge.Events.Count(e => e.Kind == "fork").ShouldBe(1);
    }

    [Fact]
    public async Task A_state_of_another_ledger_frees_nothing()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(5).Start();
        await rig.EverythingArrivesAsync();
        Guid other = Guid.CreateVersion7();
        await rig.Bridge.SendStateAsync("m2-001", new() { Ledger = other, Through = 0, Chain = PunchChain.ToHex(PunchChain.Genesis(other)), Now = 1 });
        rig.Punch(1);
        await rig.EverythingArrivesAsync();
        rig.Notes.ShouldNotContain(n => n.Kind == UplinkNoteKind.Rewound);
    }
}
