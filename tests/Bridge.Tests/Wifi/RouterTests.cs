using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using MQTTnet;

namespace Devices.Bridge.Tests.Wifi;

/// <summary>The router's script against a whole bridge, over mutual TLS.</summary>
public sealed class RouterTests
{
    private const string Ada = "aa:bb:cc:00:00:01", Stranger = "aa:bb:cc:00:00:66", AtTheDoor = "aa:bb:cc:00:00:02";

    [Fact]
    public async Task A_phone_that_comes_is_one_punch_although_the_script_is_killed_before_its_answer_and_a_stranger_is_never_spoken_of()
    {
        Assert.SkipWhen(PlayedRouter.Missing is not null, PlayedRouter.Missing ?? "");
        await using TestBridge bridge = await TestBridge.StartAsync();
        IWifiStore store = bridge.Get<IWifiStore>();
        await FillAsync(bridge, WifiPolicies.Punch);
        using PlayedRouter router = new("gw-1", new(bridge.Mqtt), new(bridge.Https));
        string claim = await bridge.ClaimAsync("gw-1");
        router.Run("enrol", claim[..^1] + (claim[^1] == '0' ? '1' : '0')).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Errors.ShouldContain("not the one that the claim names"));
        router.Run("enrol", "AAAA-BBBB@" + claim.Split('@')[1]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Errors.ShouldContain("the bridge refuses (401)"));
        router.Run("enrol", claim).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Errors), r => r.Errors.ShouldContain("enrolled as gw-1"));

        router.Show(Stranger);
        router.Start();
        await Until.TrueAsync(() => Task.FromResult(router.List.Length > 0), "the list is there");
        router.LoseTheAnswer();
        router.Show(Stranger, Ada, $"{AtTheDoor}?");
        await Until.TrueAsync(() => Task.FromResult(router.HasEnded), "killed");
        (await store.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).Count.ShouldBe(1, "it had arrived");
        router.Spool.ShouldNotBeEmpty("and the router does not know");
        router.Start();
        await Until.TrueAsync(() => Task.FromResult(router.Spool.Length == 0), "sent again and confirmed");

        StoredPunch punch = (await PunchesAsync(bridge)).ShouldHaveSingleItem();
        (punch.Punch.Terminal, punch.Punch.Person, punch.Punch.Method, punch.Punch.Direction).ShouldBe(("gw-1", "ada", PunchMethod.Wifi, PunchDirection.In));
        Math.Abs(punch.Punch.At - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).ShouldBeLessThan(60_000);
        (await store.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).ShouldHaveSingleItem().Kind.ShouldBe(AssociationKinds.Associated);

        router.LoseTheAnswer();
        router.Show(Stranger);
        await Until.TrueAsync(() => Task.FromResult(router.HasEnded), "killed again");
        router.Start();
        await Until.TrueAsync(() => Task.FromResult(router.Spool.Length == 0), "sent again and confirmed");
        (await store.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).Select(s => s.Kind).ShouldBe([AssociationKinds.Associated, AssociationKinds.Disassociated]);

        // Who withdraws is not looked for any more, by the router either.
        (await store.WithdrawAsync(SiteScope.All, (await store.PhonesAsync(SiteScope.All, "ada", 1))[0].Id, "hr")).ShouldBeTrue();
        await Until.TrueAsync(() => Task.FromResult(router.List.Length == 0), "the list is empty");
        router.Show(Stranger, Ada);
        int sent = Batches(router);
        await Until.TrueAsync(() => Task.FromResult(Batches(router) > sent + 2), "two more messages");
        (await store.SeenAsync(SiteScope.All, "ada", 0, long.MaxValue)).ShouldBeEmpty();
        (await PunchesAsync(bridge)).ShouldHaveSingleItem();
        WifiRouter shown = (await store.RoutersAsync(SiteScope.All)).ShouldHaveSingleItem();
        (shown.Lost, shown.Unknown).ShouldBe((0, 0));

        string salt = (await bridge.Get<SqlDatabase>().ReadAsync(session => session.Text("SELECT value FROM settings WHERE key = 'wifi.salt'")))!;
        router.Sent.ShouldContain(AssociationRules.KeyOf(salt, Ada));
        foreach (string address in (string[])[Ada, Stranger, AtTheDoor]) router.Sent.ShouldNotContain(address, Case.Insensitive);
        foreach (string address in (string[])[Stranger, AtTheDoor]) router.Sent.ShouldNotContain(AssociationRules.KeyOf(salt, address));
    }

    [Fact]
    public async Task A_router_sends_nothing_else_and_a_terminal_no_reports()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await FillAsync(bridge, WifiPolicies.Evidence);
        await using TestTerminal router = await bridge.ConnectAsync("gw-1"), terminal = await bridge.ConnectAsync("t-1");
        await router.Client.SubscribeAsync(Topics.For("gw-1", Topics.Phones));
        Guid spool = Guid.NewGuid(), ledger = Guid.CreateVersion7();
        byte[] Asking(AssociationBatch batch) => ContractCodec.Write(batch, ContractJson.Default.AssociationBatch);

        (await router.PublishAsync(Topics.For("gw-1", Topics.Association), Asking(new() { Spool = spool, Boot = spool, Up = 1 }))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        PhoneList list = await ListAsync(router);
        (list.Spool, list.Through, list.Phones!.Count, list.Problem).ShouldBe((spool, 0, 1, null));
        await router.PublishAsync(Topics.For("gw-1", Topics.Association), Asking(new() { Spool = spool, Boot = spool, Up = 1, List = list.List }));
        (await ListAsync(router)).ShouldSatisfyAllConditions(l => l.Phones.ShouldBeNull(), l => l.Salt.ShouldBeNull(), l => l.List.ShouldBe(list.List));
        AssociationReport bad = new() { Seq = 1, Phone = "aa:bb:cc:00:00:01", Kind = "associated", Boot = spool, Up = 1 };
        (await router.PublishAsync(Topics.For("gw-1", Topics.Association), Asking(new() { Spool = spool, Boot = spool, Up = 1, Reports = [bad] }))).ReasonString.ShouldContain("phone is not 16 hex digits");
        (await ListAsync(router)).Problem!.Code.ShouldBe(ProblemCodes.Malformed);

        MqttClientPublishResult hello = await router.PublishAsync(new HelloMessage { Terminal = "gw-1", Ledger = ledger, LastSeq = 0, LastChain = PunchChain.ToHex(PunchChain.Genesis(ledger)), Boot = "1" });
        (hello.ReasonCode, hello.ReasonString).ShouldBe((MqttClientPublishReasonCode.NotAuthorized, "gw-1 is a router: it sends 'association', 'event' and 'status', and no 'hello'."));
        (await router.PublishAsync(Topics.For("gw-1", Topics.Punches), "{}")).ReasonCode.ShouldBe(MqttClientPublishReasonCode.NotAuthorized);
        MqttClientPublishResult reports = await terminal.PublishAsync(Topics.For("t-1", Topics.Association), Asking(new() { Spool = spool, Boot = spool, Up = 1 }));
        (reports.ReasonCode, reports.ReasonString).ShouldBe((MqttClientPublishReasonCode.NotAuthorized, "t-1 is no router: make it one with `Devices.Bridge wifi router add`, before it enrols."));
        (await bridge.ExceptionAsync(ProblemCodes.WrongTerminal)).Terminal.ShouldNotBeNull();
    }

    [Fact]
    public async Task By_command_a_policy_is_set_a_router_named_and_a_phone_registered_and_withdrawn()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await bridge.Get<IPeopleStore>().ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada Lovelace", "7", true, [1])]);
        async Task<(int Code, string Text)> RunAsync(string line)
        {
            using StringWriter output = new(), errors = new();
            int code = await BridgeProgram.RunAsync([.. line.Split(' '), "--data", bridge.Data], output, errors);
            return (code, output.ToString() + errors);
        }

        (await RunAsync("wifi router add gw-1 --site North")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0), r => r.Text.ShouldContain("claim --terminal gw-1"));
        (await RunAsync("wifi router add gw-1 --site North")).ShouldBe((2, $"gw-1 is a router already.{Environment.NewLine}"));
        (await RunAsync("wifi router add Gw_1 --site North")).Text.ShouldContain("is no name");
        (await RunAsync("wifi policy North punch")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Text.ShouldContain("A phone is no person"));
        (await RunAsync("wifi policy South evidence")).Text.ShouldContain("There is no site 'South'");
        (await RunAsync("wifi policy North sometimes")).Text.ShouldContain("use off, evidence, punch");
        (await RunAsync("wifi policy North punch --accept-risk")).ShouldBe((0, $"North: punch.{Environment.NewLine}"));
        (await RunAsync("wifi policy")).Text.ShouldContain("North\tpunch\t0 phones");
        string add = "wifi phone add --person ada --site North --text-version v1 --channel paper --mac ";
        (await RunAsync(add + "aa:bb:cc:00:00:0")).Text.ShouldContain("no address of a phone");
        (await RunAsync(add + "01:00:5e:00:00:01")).Text.ShouldContain("no address of a phone", Case.Sensitive, "a group's");
        (await RunAsync(add + "aa:bb:cc:00:00:01 --given 2999-01-01")).Text.ShouldContain("still to come");
        (await RunAsync(add + "aa:bb:cc:00:00:01")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0), r => r.Text.ShouldContain("private one"));
        (await RunAsync(add + "AA-BB-CC-00-00-01")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Text.ShouldContain("registered already"));
        (await RunAsync("wifi phone list")).Text.ShouldContain("1\tada\tNorth\t…00:01\tv1\tin force");
        (await RunAsync("wifi phone withdraw --id 1")).Code.ShouldBe(0);
        (await RunAsync("wifi phone withdraw --id 1")).Text.ShouldContain("No registration 1 is in force");
        (await RunAsync("wifi router")).Text.ShouldContain("gw-1\tNorth\tnever heard");
        (await RunAsync("wifi nothing")).Text.ShouldContain("Say what");
    }

    private static async Task FillAsync(TestBridge bridge, string policy)
    {
        IWifiStore store = bridge.Get<IWifiStore>();
        await bridge.Get<IPeopleStore>().ReconcileAsync([new(1, null, "Company")], [new("ada", "Ada Lovelace", "7", true, [1])]);
        (await store.AddRouterAsync("gw-1", "", "hr")).ShouldBe(RouterVerdict.Added);
        await store.SetPolicyAsync("", policy, accepted: true, "hr");
        (await store.AddPhoneAsync(new("ada", Ada, false, "", "v1", "paper", 1), "hr")).ShouldBe(PhoneVerdict.Added);
    }

    private static int Batches(PlayedRouter router) => router.Sent.Split("\"spool\"").Length - 1;

    private static async Task<PhoneList> ListAsync(TestTerminal router)
    {
        ContractCodec.TryRead(await router.DownAsync(Topics.Phones), ContractJson.Default.PhoneList, out PhoneList? list, out _).ShouldBeTrue();
        return list!;
    }

    private static async Task<IReadOnlyList<StoredPunch>> PunchesAsync(TestBridge bridge) => await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 100);
}
