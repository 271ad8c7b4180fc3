using Devices.Edge.Ledger.Store;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

public sealed class EventOutboxTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Events_survive_reopening_in_order_until_they_are_done()
    {
        using (LedgerStore ledger = Drafts.Open(_folder))
            for (int i = 0; i < 3; i++) ledger.Events.Add("door", "Door " + i);
        using LedgerStore again = Drafts.Open(_folder);
        again.Events.Peek(10).Select(e => e.Text).ShouldBe(["Door 0", "Door 1", "Door 2"]);
        again.Events.Done(again.Events.Peek(1)[0].Id);
        again.Events.Count.ShouldBe(2);
        again.Events.Peek(10).Select(e => e.Text).ShouldBe(["Door 1", "Door 2"]);
    }

    [Fact]
    public void Above_the_limit_the_oldest_ordinary_events_go_first_and_are_counted()
    {
        using LedgerStore ledger = Drafts.Open(_folder, maxEvents: 10);
        ledger.Events.Add("tamper", "Opened", security: true);
        for (int i = 0; i < 15; i++) ledger.Events.Add("camera", "Camera " + i);
        ledger.Events.Count.ShouldBe(10);
        ledger.Events.Dropped.ShouldBe(6);
        IReadOnlyList<Contract.Messages.EventMessage> events = ledger.Events.Peek(20);
        events[0].Text.ShouldStartWith("6 earlier events were dropped");
        events.Select(e => e.Text).ShouldContain("Opened");
        events[^1].Text.ShouldBe("Camera 14");
        ledger.Events.Dropped.ShouldBe(0);
        events.Select(e => e.Id).Distinct().Count().ShouldBe(events.Count);
    }

    [Fact]
    public void An_event_given_up_is_told_among_the_dropped_once()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        string id = ledger.Events.Add("door", "Strange");
        ledger.Events.Drop(id);
        string notice = ledger.Events.Peek(5).Single().Id;
        ledger.Events.Peek(5).Single().Text.ShouldStartWith("1 earlier events were dropped");
        ledger.Events.Drop(notice);
        ledger.Events.Peek(5).ShouldBeEmpty();
    }

    [Fact]
    public void A_text_of_any_length_fits_a_message()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Events.Add("crash", new string('x', 500_000));
        ledger.Events.Peek(1)[0].Text.Length.ShouldBe(500);
    }
}
