using Devices.Contract.Messages;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Edge.Agent.Tests.Photos;

/// <summary>When photos go up, what each answer of the bridge does, and that punches go first.</summary>
public sealed class PhotoSenderTests
{
    private static PublishAnswer No(string code, long slowDownMs = 0) => new(false, code, "quota exceeded (why)", slowDownMs) { Refused = true };

    private static Task<bool> Once(PhotoSender sender) => sender.OneAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_photo_goes_up_only_after_its_punch_is_acknowledged_and_not_while_any_punch_waits()
    {
        using PhotoBench bench = new();
        PhotoSender sender = bench.Sender();
        bench.Punch("ada", 1);
        (await Once(sender)).ShouldBeFalse();
        bench.Acknowledge();
        bench.Punch("grace", 2);
        (await Once(sender)).ShouldBeFalse("the second punch waits, and goes before the first one's photo");
        bench.Acknowledge();
        (await Once(sender)).ShouldBeTrue();
        bench.Sent.ShouldHaveSingleItem().Leaf.ShouldBe("photo/" + bench.Ledger.Find(1)!.Draft.Photo);
        bench.Sent[0].Jpeg.ShouldBe(PhotoBench.Picture(1));
        bench.Files.ShouldHaveSingleItem("the first is deleted once the bridge has it");
        (await Once(sender)).ShouldBeTrue();
        (await Once(sender)).ShouldBeFalse();
        bench.Box.Status.ShouldBe(new PhotoStatus(true, 0, 0, 2, 0, 0, null));
    }

    [Fact]
    public async Task Without_a_link_or_while_the_bridge_asks_for_silence_nothing_is_sent()
    {
        using PhotoBench bench = new();
        PhotoSender sender = bench.Sender();
        bench.Punch();
        bench.Acknowledge();
        bench.Quiet = null;
        (await Once(sender)).ShouldBeFalse();
        bench.Quiet = TimeSpan.FromSeconds(3);
        (await Once(sender)).ShouldBeFalse();
        bench.Quiet = TimeSpan.Zero;
        bench.Bridge = _ => No(ProblemCodes.Unavailable, 20_000);
        (await Once(sender)).ShouldBeTrue();
        bench.Bridge = _ => new(true, null, null, 0);
        bench.Time.Advance(TimeSpan.FromSeconds(19));
        (await Once(sender)).ShouldBeFalse("slow_down of the PUBACK holds for photos");
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        (await Once(sender)).ShouldBeTrue();
        bench.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_the_bridge_cannot_take_yet_is_tried_again_later_and_holds_up_no_other()
    {
        using PhotoBench bench = new();
        PhotoSender sender = bench.Sender();
        bench.Punch("ada", 1);
        bench.Punch("grace", 2);
        bench.Acknowledge();
        string first = bench.Ledger.Find(1)!.Draft.Photo!;
        bench.Bridge = sha => sha == first ? No(ProblemCodes.Gap) : new(true, null, null, 0);
        await Once(sender);
        await Once(sender);
        bench.Sent.Select(s => s.Leaf[^64..]).ShouldBe([first, bench.Ledger.Find(2)!.Draft.Photo!]);
        (await Once(sender)).ShouldBeFalse();
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await Once(sender);
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        (await Once(sender)).ShouldBeFalse("the wait grows");
        bench.Bridge = _ => new(true, null, null, 0);
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        await Once(sender);
        bench.Files.ShouldBeEmpty();
        bench.Sent.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_again_and_a_restart_goes_on_where_it_was()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Acknowledge();
        bench.Bridge = _ => new(false, null, null, 0);
        await Once(bench.Sender());
        bench.Files.ShouldHaveSingleItem();
        bench.Restart();
        bench.Bridge = _ => new(true, null, null, 0);
        (await Once(bench.Sender())).ShouldBeTrue();
        bench.Sent.Count.ShouldBe(2);
        bench.Sent[0].Leaf.ShouldBe(bench.Sent[1].Leaf);
        bench.Sent[0].Jpeg.ShouldBe(bench.Sent[1].Jpeg);
        bench.Files.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ProblemCodes.Unwanted)]
    [InlineData(ProblemCodes.Malformed)]
    [InlineData(ProblemCodes.Oversized)]
    public async Task What_the_bridge_does_not_want_or_never_will_take_is_deleted(string code)
    {
        using PhotoBench bench = new();
        bench.Punch();
        bench.Acknowledge();
        bench.Bridge = _ => No(code);
        await Once(bench.Sender());
        bench.Files.ShouldBeEmpty();
        bench.Box.Status.Dropped.ShouldBe(1);
        (bench.Reports.Count + bench.Narration.Recent.Count(e => e.Kind == "photos")).ShouldBe(1, "it is said");
    }

    [Fact]
    public async Task Somebody_who_was_erased_is_not_sent_even_where_a_crash_left_the_photo()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Acknowledge();
        bench.People.Erase("ada"); // and the process ended before the photos
        bench.Restart();
        await Once(bench.Sender());
        bench.Sent.ShouldBeEmpty();
        bench.Files.ShouldBeEmpty();
    }
}
