using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink;
using Devices.Edge.Agent.Tests.Support;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Downlink;

/// <summary>A card that was read before its person left, or before it was given to somebody else, is that person's punch, however late it comes.</summary>
public sealed class LateEntryTests
{
    private static readonly Guid Line = Guid.NewGuid();

    [Fact]
    public async Task An_entry_that_waited_on_the_MCU_while_its_person_was_erased_is_recorded_and_a_later_one_is_not()
    {
        await using McuBench bench = await McuBench.StartAsync();
        RosterDesk desk = new(bench.People, bench.Pins, () => null, bench.Narration);
        desk.Take(Whole(1, "u1"));
        desk.Take(new() { Line = Line, From = 1, Through = 2, Gone = [new() { Id = "u1", Revision = 2 }] });
        await using McuClient mcu = await bench.McuAsync();

        await mcu.CardAsync("before", "04A1B2C3");
        (await mcu.ConfirmOf("before")).Result.ShouldBe(ConfirmResult.Accepted);
        bench.Ledger.Range(1, 10).ShouldHaveSingleItem().Draft.Person.ShouldBe("u1");

        long later = AfterErasure(bench);
        await mcu.CardAsync("after", "04A1B2C3", 60_000 + later);
        (await mcu.ConfirmOf("after")).Result.ShouldBe(ConfirmResult.Unknown);
        bench.Ledger.LastSeq.ShouldBe(1);
    }

    [Fact]
    public async Task An_entry_read_before_the_card_changed_hands_is_not_the_new_holders()
    {
        await using McuBench bench = await McuBench.StartAsync();
        RosterDesk desk = new(bench.People, bench.Pins, () => null, bench.Narration);
        desk.Take(Whole(1, "u1"));
        desk.Take(new() { Line = Line, From = 1, Through = 3, People = [Person("u1", null), Person("u2", "04A1B2C3")] });
        bench.People.FindByCard("04A1B2C3")!.Id.ShouldBe("u2");
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("before", "04A1B2C3");
        await mcu.ConfirmOf("before");
        long later = AfterErasure(bench);
        await mcu.CardAsync("after", "04A1B2C3", 60_000 + later);
        await mcu.ConfirmOf("after");
        bench.Ledger.Range(1, 10).Select(p => p.Draft.Person).ShouldBe(["u1", "u2"]);
    }

    [Fact]
    public async Task Whom_the_platform_lets_punch_by_face_only_is_told_so_at_the_card_reader()
    {
        await using McuBench bench = await McuBench.StartAsync();
        new RosterDesk(bench.People, bench.Pins, () => null, bench.Narration).Take(new()
        {
            Line = Line, From = 0, Through = 1, Snapshot = new() { Id = Guid.NewGuid(), Part = 1, Last = true }, People = [Person("u1", "04A1B2C3") with { Methods = ["face"] }],
        });
        await using McuClient mcu = await bench.McuAsync();
        await mcu.CardAsync("one", "04A1B2C3");
        ConfirmMessage answer = await mcu.ConfirmOf("one");
        answer.Result.ShouldBe(ConfirmResult.Refused);
        answer.Reason.ShouldContain("card");
        bench.Ledger.LastSeq.ShouldBe(0);
    }

    private static RosterMessage Whole(long through, string id) => new()
    {
        Line = Line, From = 0, Through = through, Snapshot = new() { Id = Guid.NewGuid(), Part = 1, Last = true }, People = [Person(id, "04A1B2C3")],
    };

    private static RosterPerson Person(string id, string? card) => new() { Id = id, Name = "Name " + id, Cards = card is null ? [] : [card] };

    // The gallery goes by the real clock, the bench by its own, which is behind it: a day past the erasure.
    private static long AfterErasure(McuBench bench)
    {
        long ahead = Math.Max(0, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - bench.Clock.WallMs) + (long)TimeSpan.FromDays(1).TotalMilliseconds;
        bench.Clock.Advance(TimeSpan.FromMilliseconds(ahead));
        return ahead;
    }
}
