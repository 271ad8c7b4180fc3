using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Downlink;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;

namespace Devices.Bridge.Tests.Downlink;

/// <summary>The bridge hands on what a site's terminals seal for each other, keeps the newest, and erases what it no longer may hold.</summary>
public sealed class VaultTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task A_record_goes_to_the_sites_other_terminals_and_survives_a_restart()
    {
        await using TestBridge bridge = await StartAsync();
        Enrolled one = await bridge.EnrolAsync("m2-001"), two = await bridge.EnrolAsync("m2-002");
        await using TestTerminal first = await GreetAsync(bridge, one, null);
        RelayMessage empty = await RelayAsync(first);
        (empty.Records.Count, empty.Last).ShouldBe((0, true));
        (await SendAsync(first, Person("m2-001", "u1", 1))).ReasonCode.ToString().ShouldBe("Success");
        await bridge.RestartAsync(builder => builder.Services.AddSingleton(Quick));
        await using TestTerminal second = await GreetAsync(bridge, two, null);
        RelayMessage message = await RelayAsync(second);
        (message.From, message.Through, message.Records.Single().Person).ShouldBe((0, 1, "u1"));
        await AnswerAsync(second, new() { Line = message.Line, Revision = 1 });

        // News wakes the other's session; only what follows comes.
        await using TestTerminal again = await GreetAsync(bridge, one, new() { Line = message.Line, Revision = 1 });
        await SendAsync(again, Person("m2-001", "u2", 1));
        RelayMessage news = await RelayAsync(second);
        (news.From, news.Records.Single().Person, news.Last).ShouldBe((1, "u2", true));
    }

    [Fact]
    public async Task Of_one_slot_the_newest_is_kept_and_an_older_one_is_acknowledged_without_a_word()
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal terminal = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null);
        await SendAsync(terminal, Person("m2-001", "u1", 2));
        foreach (long version in (long[])[1, 2]) (await SendAsync(terminal, Person("m2-001", "u1", version))).ReasonCode.ToString().ShouldBe("Success");
        ISiteStore sites = bridge.Get<ISiteStore>();
        (await sites.AfterAsync("m2-001", 0, 10)).ShouldHaveSingleItem().Record.Version.ShouldBe(2);
        await SendAsync(terminal, Person("m2-001", "u1", 3));
        KeptRecord kept = (await sites.AfterAsync("m2-001", 0, 10)).ShouldHaveSingleItem();
        (kept.Revision, kept.Record.Version).ShouldBe((2, 3));

        await SendAsync(terminal, Person("m2-001", "u1", 4) with { Kind = SiteKinds.Erase, Pack = null });
        (await sites.AfterAsync("m2-001", 0, 10)).ShouldHaveSingleItem().Record.Kind.ShouldBe(SiteKinds.Erase);
        await SendAsync(terminal, Person("m2-001", "u1", 4));
        (await sites.AfterAsync("m2-001", 0, 10)).ShouldHaveSingleItem().Record.Kind.ShouldBe(SiteKinds.Erase);
    }

    [Fact]
    public async Task Of_a_leaver_the_sealed_templates_are_erased_and_none_is_taken_any_more()
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal terminal = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null);
        IPeopleStore people = bridge.Get<IPeopleStore>();
        Person[] both = [new("u1", "Ada", null, true, []), new("u2", "Grace", null, true, [])];
        await people.ReconcileAsync([], both);
        await SendAsync(terminal, Person("m2-001", "u1", 1));
        await SendAsync(terminal, Person("m2-001", "u2", 1));
        await people.ReconcileAsync([], both[1..]);
        ISiteStore sites = bridge.Get<ISiteStore>();
        await Until.TrueAsync(async () => (await sites.AfterAsync("m2-001", 0, 10)).Count == 1, "the leaver's record is erased");
        await Until.TrueAsync(async () => (await bridge.Get<IAuditStore>().AuditLogAsync(20)).Any(row => row.Action == "vault.erase" && row.Target == "u1"), "the row of the audit log");
        (await SendAsync(terminal, Person("m2-001", "u1", 9))).ReasonCode.ToString().ShouldBe("Success");
        (await sites.AfterAsync("m2-001", 0, 10)).ShouldHaveSingleItem().Record.Person.ShouldBe("u2");
    }

    [Fact]
    public async Task A_revoked_member_is_told_to_the_others()
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal first = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null);
        await using TestTerminal second = await GreetAsync(bridge, await bridge.EnrolAsync("m2-002"), null);
        await SendAsync(second, new() { Kind = SiteKinds.Member, Terminal = "m2-002", Body = "AAAA" });
        await bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-002", "lost");
        RelayMessage message = await RelayAsync(first);
        while (!message.Records.Any(one => one.Kind == SiteKinds.Revoked && one.Terminal == "m2-002"))
        {
            await AnswerAsync(first, new() { Line = message.Line, Revision = message.Through });
            message = await RelayAsync(first);
        }
    }

    [Fact]
    public async Task A_terminal_that_is_given_another_site_is_told_at_once_and_gets_only_that_sites_records()
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal first = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null);
        Enrolled two = await bridge.EnrolAsync("m2-002");
        await using TestTerminal second = await GreetAsync(bridge, two, null);
        await SendAsync(first, Person("m2-001", "u1", 1));
        RelayMessage had = await RelayAsync(second);
        while (had.Through < 1)
        {
            await AnswerAsync(second, new() { Line = had.Line, Revision = had.Through, Site = had.Site });
            had = await RelayAsync(second);
        }
        await AnswerAsync(second, new() { Line = had.Line, Revision = 1, Site = "" });
        (had.Exchange, had.Site).ShouldBe(("", ""));

        // From a command line beside the running bridge.
        StringWriter said = new();
        (await BridgeProgram.RunAsync(["terminal", "site", "m2-002", "North", "--data", bridge.Data, "--yes"], said, said)).ShouldBe(0, said.ToString());
        RelayMessage moved = await RelayAsync(second);
        (moved.Site, moved.From, moved.Records.Count, moved.Line == had.Line, moved.Exchange!.Length).ShouldBe(("North", 0, 0, false, 32));
        (await SendAsync(second, Person("m2-002", "u2", 1))).ReasonString.ShouldContain("belongs to another site now");
        await AnswerAsync(second, new() { Line = moved.Line, Revision = 0, Site = "North" });
        (await SendAsync(second, Person("m2-002", "u2", 1))).ReasonCode.ToString().ShouldBe("Success");

        // A terminal that was away speaks of the old line, beyond what the new site ever had: nobody starts over for that.
        Guid line = bridge.Get<RelayLine>().Current;
        await using TestTerminal again = await GreetAsync(bridge, two, new() { Line = had.Line, Revision = 900 });
        RelayMessage anew = await RelayAsync(again);
        (anew.Line, anew.From, anew.Records.Single().Person, bridge.Get<RelayLine>().Current).ShouldBe((moved.Line, 0, "u2", line));

        // Another name is told too, and nothing else.
        await AnswerAsync(again, new() { Line = moved.Line, Revision = 1, Site = "North" });
        (await BridgeProgram.RunAsync(["terminal", "rename-site", "North", "North gate", "--data", bridge.Data], said, said)).ShouldBe(0, said.ToString());
        RelayMessage named = await RelayAsync(again);
        (named.Line, named.Exchange, named.Site, named.From, named.Records.Count).ShouldBe((moved.Line, moved.Exchange, "North gate", 1, 0));
    }

    [Theory]
    [InlineData("m2-002", "person", "NotAuthorized")]
    [InlineData("m2-001", "revoked", "NotAuthorized")]
    [InlineData("m2-001", "else", "PayloadFormatInvalid")]
    [InlineData("m2-001", "no-key", "PayloadFormatInvalid")]
    [InlineData("m2-001", "no-base64", "PayloadFormatInvalid")]
    [InlineData("m2-001", "huge", "PayloadFormatInvalid")]
    public async Task What_a_terminal_may_not_send_is_refused_with_a_sentence(string writer, string what, string code)
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal terminal = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null);
        SiteRecord record = Person(writer, "u1", 1) with { Kind = what is "revoked" or "else" ? what : SiteKinds.Person };
        if (what == "no-key") record = record with { Key = null };
        if (what == "no-base64") record = record with { Body = "{}" };
        if (what == "huge") record = record with { Body = Convert.ToBase64String(new byte[60_000]) };
        MqttClientPublishResult answer = await SendAsync(terminal, record);
        (answer.ReasonCode.ToString(), answer.ReasonString.EndsWith('.')).ShouldBe((code, true));
        (await bridge.Get<ISiteStore>().HeadAsync("m2-001")).ShouldBe(0);
    }

    private static DownlinkOptions Quick { get; } = new() { LookEvery = TimeSpan.FromMilliseconds(50) };

    private static Task<TestBridge> StartAsync() => TestBridge.StartAsync(builder => builder.Services.AddSingleton(Quick));

    private static async Task<TestTerminal> GreetAsync(TestBridge bridge, Enrolled identity, RelayApplied? at)
    {
        TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        await terminal.PublishAsync(new TestLedger(identity.Terminal).Hello() with { Applied = new() { Relay = at } });
        await terminal.StateAsync();
        return terminal;
    }

    private static Task<MqttClientPublishResult> SendAsync(TestTerminal terminal, SiteRecord record) =>
        terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, Topics.Vault), ContractCodec.Write(record, ContractJson.Default.SiteRecord));

    private static Task<MqttClientPublishResult> AnswerAsync(TestTerminal terminal, RelayApplied applied) =>
        terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, Topics.Applied), ContractCodec.Write(new AppliedMessage { Relay = applied }, ContractJson.Default.AppliedMessage));

    private static async Task<RelayMessage> RelayAsync(TestTerminal terminal)
    {
        ContractCodec.TryRead(await terminal.DownAsync(Topics.Relay), ContractJson.Default.RelayMessage, out RelayMessage? message, out _).ShouldBeTrue();
        return message!;
    }

    private static SiteRecord Person(string writer, string person, long version) => new()
    {
        Kind = SiteKinds.Person, Terminal = writer, Person = person, Pack = "demo@1", Version = version, Key = Key, Body = Convert.ToBase64String(RandomNumberGenerator.GetBytes(200)),
    };
}
