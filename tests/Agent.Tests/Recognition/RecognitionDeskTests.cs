using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Track;
using Devices.Link;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Tests.Recognition;

/// <summary>What becomes of an outcome, with the real ledger, gallery and broker.</summary>
public sealed class RecognitionDeskTests
{
    private static TrackOutcome.Accepted Face(string person = "e1") => new(person, 0.71f, 0.43f, Candidate.None, 0.98f, new PackRef("sface", "1.0.0"), 3);

    private static RecognitionDesk DeskOf(McuBench bench) => new(
        bench.Options, bench.People, bench.Book, bench.Trusted, bench.Gate,
        new McuScreen(bench.Broker.SendAsync, () => bench.Ledger.Queue, bench.Narration, TimeProvider.System),
        bench.Desk, bench.Narration, new SiteClock(bench.Options.Zone), () => bench.Ledger.LedgerId);

    [Fact]
    public async Task Where_the_ledger_fails_nobody_is_thanked_the_screen_says_so_and_the_next_face_is_recorded()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", null, null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        RecognitionDesk desk = DeskOf(bench);
        using (SqliteConnection other = new($"Data Source={bench.Options.LedgerFile};Pooling=False"))
        {
            other.Open();
            using SqliteCommand hold = other.CreateCommand();
            hold.CommandText = "BEGIN EXCLUSIVE";
            hold.ExecuteNonQuery();
            await desk.DecideAsync(Face());
        }

        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.Fault), "the fault on the screen");
        mcu.Shown.ShouldNotContain(s => s.Screen == ScreenKind.Thanks);
        bench.Narration.Recent.ShouldContain(e => e.Kind == "refused" && e.Reason == "fault");
        bench.Ledger.LastSeq.ShouldBe(0);
        await desk.DecideAsync(Face());
        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.Thanks), "the thanks");
        bench.Ledger.LastSeq.ShouldBe(1);
    }

    [Fact]
    public async Task A_full_disk_is_said_on_the_screen_and_nothing_is_recorded()
    {
        await using McuBench bench = await McuBench.StartAsync(reserve: long.MaxValue);
        bench.People.Put("e1", "Grace", null, null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await DeskOf(bench).DecideAsync(Face());
        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.Full), "the full screen");
        bench.Ledger.LastSeq.ShouldBe(0);
        bench.Ledger.Events.Peek(5).ShouldHaveSingleItem().Kind.ShouldBe("disk");
    }

    [Fact]
    public async Task Somebody_who_was_erased_makes_no_punch()
    {
        await using McuBench bench = await McuBench.StartAsync();
        await DeskOf(bench).DecideAsync(Face("gone"));
        bench.Ledger.LastSeq.ShouldBe(0);
        bench.Narration.Recent.ShouldContain(e => e.Kind == "refused" && e.Reason == "unknown");
    }

    [Fact]
    public async Task Two_tracks_of_one_face_are_one_punch_and_two_people_are_two()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", null, null, null).ShouldBeNull();
        bench.People.Put("e2", "Ada", null, null, null).ShouldBeNull();
        RecognitionDesk desk = DeskOf(bench);
        foreach (string person in (string[])["e1", "e2", "e1", "e2"]) await desk.DecideAsync(Face(person));
        bench.Ledger.Range(1, 10).Select(p => p.Draft.Person).ShouldBe(["e1", "e2"]);
    }
}
