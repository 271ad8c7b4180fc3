using System.Text;
using Devices.Bridge.Downlink;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Downlink;

/// <summary>The roster goes down over real MQTT, whatever breaks on the way.</summary>
public sealed class RosterDownTests
{
    [Fact]
    public async Task A_new_terminal_gets_the_whole_roster_in_parts_and_then_only_changes()
    {
        PlayedRoster roster = new PlayedRoster().Many(450);
        await using TestBridge bridge = await StartAsync(roster);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        PlayedTerminal terminal = new("m2-001");
        await terminal.ConnectAsync(bridge, identity);
        await terminal.FollowAsync(450);
        terminal.People.Count.ShouldBe(450);
        terminal.Messages.ShouldBe(3);

        roster.Put("u0001", "New Name");
        roster.Leave("u0002");
        RosterMessage changes = await terminal.NextAsync();
        (changes.Snapshot, changes.From, changes.Through, changes.People.Count, changes.Gone.Count).ShouldBe((null, 450, 452, 1, 1));
        await terminal.AnswerAsync(terminal.Apply(changes));

        IDownlinkStore store = bridge.Get<IDownlinkStore>();
        ErasureProof proof = (await store.ErasuresAsync(SiteScope.All, "u0002", 10)).ShouldHaveSingleItem();
        (proof.Terminal, proof.Revision, proof.Templates, proof.Cards, proof.Pins).ShouldBe(("m2-001", 452, 3, 1, 1));
        RosterReach reach = (await store.ReachAsync(SiteScope.All)).ShouldHaveSingleItem();
        (reach.Revision, reach.People).ShouldBe((452, 449));
    }

    [Fact]
    public async Task A_link_lost_amid_the_parts_costs_a_new_beginning_and_nothing_else()
    {
        PlayedRoster roster = new PlayedRoster().Many(450);
        await using TestBridge bridge = await StartAsync(roster);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        PlayedTerminal terminal = new("m2-001");
        await terminal.ConnectAsync(bridge, identity);
        terminal.Apply(await terminal.NextAsync()); // Taken, but the answer is lost with the link.
        await terminal.ConnectAsync(bridge, identity);
        RosterMessage again = await terminal.NextAsync();
        again.Snapshot!.Part.ShouldBe(1);
        await terminal.AnswerAsync(terminal.Apply(again));
        await terminal.FollowAsync(450);
        terminal.People.Count.ShouldBe(450);
    }

    [Fact]
    public async Task A_restart_of_the_bridge_amid_changes_goes_on_from_what_the_terminal_has()
    {
        PlayedRoster roster = new PlayedRoster().Many(10);
        await using TestBridge bridge = await StartAsync(roster);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        PlayedTerminal terminal = new("m2-001");
        await terminal.ConnectAsync(bridge, identity);
        await terminal.FollowAsync(10);
        for (int i = 0; i < 450; i++) roster.Put($"v{i:0000}");
        terminal.Apply(await terminal.NextAsync()); // Applied, never answered.
        long taken = terminal.At!.Revision;
        await bridge.RestartAsync(builder => Play(builder.Services, roster));
        await terminal.ConnectAsync(bridge, identity);
        RosterMessage next = await terminal.NextAsync();
        (next.Snapshot, next.From).ShouldBe((null, taken));
        await terminal.AnswerAsync(terminal.Apply(next));
        await terminal.FollowAsync(460);
        terminal.People.Count.ShouldBe(460);
    }

    [Fact]
    public async Task One_message_is_in_flight_and_an_answer_that_says_less_gets_the_same_again()
    {
        PlayedRoster roster = new PlayedRoster().Many(450);
        await using TestBridge bridge = await StartAsync(roster);
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        PlayedTerminal terminal = new("m2-001");
        await terminal.ConnectAsync(bridge, identity);
        await terminal.FollowAsync(450);
        for (int i = 0; i < 450; i++) roster.Put($"v{i:0000}");
        RosterMessage first = await terminal.NextAsync();
        await terminal.Link.PublishAsync(Topics.For("m2-001", Topics.Status), ContractCodec.Write(new StatusMessage { Online = true }, ContractJson.Default.StatusMessage));
        terminal.Link.AnyDown(Topics.Roster).ShouldBeFalse("nothing more is sent before the answer");

        // The terminal says that it still stands where it was (it was restored, or refused the message): it gets the same.
        await terminal.AnswerAsync(terminal.At!);
        RosterMessage second = await terminal.NextAsync();
        (second.From, second.Through).ShouldBe((first.From, first.Through));
        await terminal.AnswerAsync(terminal.Apply(second));
        // A duplicate answer, out of order, does no harm either: only where the terminal stands counts.
        await terminal.AnswerAsync(terminal.At!);
        await terminal.FollowAsync(900);
        terminal.People.Count.ShouldBe(900);
    }

    [Fact]
    public async Task A_message_that_is_not_answered_is_sent_again()
    {
        PlayedRoster roster = new PlayedRoster().Many(3);
        await using TestBridge bridge = await StartAsync(roster, new DownlinkOptions { LookEvery = TimeSpan.FromMilliseconds(50), SendAgain = TimeSpan.FromMilliseconds(300) });
        PlayedTerminal terminal = new("m2-001");
        await terminal.ConnectAsync(bridge, await bridge.EnrolAsync("m2-001"));
        await terminal.NextAsync();
        await terminal.AnswerAsync(terminal.Apply(await terminal.NextAsync()));
        terminal.People.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_store_restored_from_a_backup_gives_every_terminal_the_whole_roster_anew()
    {
        PlayedRoster roster = new PlayedRoster().Many(20);
        await using TestBridge bridge = await StartAsync(roster);
        Enrolled one = await bridge.EnrolAsync("m2-001"), two = await bridge.EnrolAsync("m2-002");
        PlayedTerminal first = new("m2-001"), second = new("m2-002");
        await first.ConnectAsync(bridge, one);
        await second.ConnectAsync(bridge, two);
        await first.FollowAsync(20);
        await second.FollowAsync(20);
        roster.Put("later");
        await first.FollowAsync(21);

        roster.Restore(15);
        await first.ConnectAsync(bridge, one);
        await first.FollowAsync(15);
        first.People.Count.ShouldBe(15);
        // The second was no further than the backup, but its numbers belong to the old line too.
        roster.Put("other");
        await second.FollowAsync(16);
        second.People.Keys.ShouldBe(first.People.Keys.Append("other"), ignoreOrder: true);
    }

    [Fact]
    public async Task Before_the_first_pull_nobody_is_sent_an_empty_roster()
    {
        PlayedRoster roster = new();
        await using TestBridge bridge = await StartAsync(roster);
        PlayedTerminal terminal = new("m2-001") { At = new() { Line = Guid.NewGuid(), Revision = 5 } };
        terminal.People["u1"] = "Somebody";
        await terminal.ConnectAsync(bridge, await bridge.EnrolAsync("m2-001"));
        await Until.TrueAsync(async () => (await bridge.Get<IDownlinkStore>().ReachAsync(SiteScope.All))[0].Revision == 5, "the bridge has heard where the terminal stands");
        terminal.Link.AnyDown(Topics.Roster).ShouldBeFalse();
        roster.Put("u1");
        RosterMessage whole = await terminal.NextAsync();
        (whole.Snapshot!.Last, whole.People.Count).ShouldBe((true, 1));
    }

    [Fact]
    public async Task An_older_terminal_that_takes_no_roster_is_sent_none_and_its_punches_go_on()
    {
        await using TestBridge bridge = await StartAsync(new PlayedRoster().Many(3));
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new TestLedger("m2-001").AddMany(3);
        await terminal.PublishAsync(ledger.Hello());
        await terminal.StateAsync();
        await terminal.PublishAsync(ledger.All());
        (await terminal.StateAsync()).Through.ShouldBe(3);
        terminal.AnyDown(Topics.Roster).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{\"roster\":{\"line\":\"00000000-0000-0000-0000-000000000000\",\"revision\":1}}")]
    [InlineData("{\"roster\":{\"line\":\"019319a8-7c00-7abc-8def-0123456789ab\",\"revision\":-1}}")]
    [InlineData("{\"roster\":{\"line\":\"019319a8-7c00-7abc-8def-0123456789ab\",\"revision\":1,\"erased\":[{\"person\":\"a\\u0000\",\"revision\":1,\"at\":1}]}}")]
    [InlineData("[]")]
    public async Task A_confirmation_that_makes_no_sense_is_refused_with_a_sentence(string json)
    {
        await using TestBridge bridge = await StartAsync(new PlayedRoster());
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        var answer = await terminal.PublishAsync(Topics.For("m2-001", Topics.Applied), Encoding.UTF8.GetBytes(json));
        answer.ReasonCode.ToString().ShouldBe("PayloadFormatInvalid");
        answer.ReasonString.ShouldEndWith(".");
    }

    private static Task<TestBridge> StartAsync(PlayedRoster roster, DownlinkOptions? options = null) => TestBridge.StartAsync(builder =>
    {
        Play(builder.Services, roster);
        builder.Services.AddSingleton(options ?? new DownlinkOptions { LookEvery = TimeSpan.FromMilliseconds(50) });
    });

    private static void Play(IServiceCollection services, PlayedRoster roster) => services.AddSingleton<IRosterChanges>(roster);
}
