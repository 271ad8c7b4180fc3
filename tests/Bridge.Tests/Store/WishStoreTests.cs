using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Store;

/// <summary>Layers of wishes and the states of commands, on both databases.</summary>
public sealed class WishStoreTests
{
    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_narrower_layer_counts_more_and_follows_the_terminal_to_another_site(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlConfigStore configs = new(store.Database, store.Time);
        SqlTerminalSites sites = new(store.Database, store.Time);
        await store.AddTerminalAsync("m2-001");
        await store.AddTerminalAsync("m2-002");
        (await configs.WishAsync("m2-001")).ShouldSatisfyAllConditions(wish => wish.Revision.ShouldBe(0), wish => wish.Digest.ShouldBe(""));
        await sites.SetSiteAsync("m2-002", "North", false, "op");
        (await SetAsync(configs, ConfigScope.All, "", ("Repeat:Seconds", "10"), ("Card:Door", "false"))).ShouldBe(ConfigVerdict.Done);
        (await SetAsync(configs, ConfigScope.Site, "North", ("Repeat:Seconds", "20"), ("Door:OpenMs", "5"))).ShouldBe(ConfigVerdict.Done);
        (await SetAsync(configs, ConfigScope.Terminal, "m2-001", ("Repeat:Seconds", "30"))).ShouldBe(ConfigVerdict.Done);
        (await SetAsync(configs, ConfigScope.Terminal, "m2-001", ("Repeat:Seconds", "30"))).ShouldBe(ConfigVerdict.Same);
        (await SetAsync(configs, ConfigScope.Terminal, "m2-009", ("Repeat:Seconds", "30"))).ShouldBe(ConfigVerdict.Unknown);
        (await SetAsync(configs, ConfigScope.Site, "South", ("Repeat:Seconds", "30"))).ShouldBe(ConfigVerdict.Unknown);
        ConfigWish one = await configs.WishAsync("m2-001"), two = await configs.WishAsync("m2-002");
        (one.Settings["Repeat:Seconds"], one.From["Repeat:Seconds"], one.Settings["Card:Door"], one.Settings.Count).ShouldBe(("30", ConfigScope.Terminal, "false", 2));
        (two.Settings["Repeat:Seconds"], two.From["Card:Door"], two.Settings.Count).ShouldBe(("20", ConfigScope.All, 3));

        await sites.SetSiteAsync("m2-001", "North", false, "op");
        ConfigWish moved = await configs.WishAsync("m2-001");
        (moved.Settings["Door:OpenMs"], moved.Settings["Repeat:Seconds"], moved.Digest == one.Digest).ShouldBe(("5", "30", false));
        await sites.RenameSiteAsync("North", "North gate", "op");
        (await configs.WishAsync("m2-001")).Digest.ShouldBe(moved.Digest);

        // Withdrawn, it is another wish, also where nothing is left; and never the digest of an earlier one.
        (await SetAsync(configs, ConfigScope.Terminal, "m2-001", ("Repeat:Seconds", null))).ShouldBe(ConfigVerdict.Done);
        ConfigWish less = await configs.WishAsync("m2-001");
        (less.Settings["Repeat:Seconds"], less.Revision > moved.Revision).ShouldBe(("20", true));
        await SetAsync(configs, ConfigScope.Terminal, "m2-001", ("Repeat:Seconds", "30"));
        (await configs.WishAsync("m2-001")).Digest.ShouldNotBe(moved.Digest);

        await configs.SaveReportAsync("m2-001", new() { Revision = 1, Digest = "", Refused = new() { ["a"] = "b" } });
        await configs.SaveReportAsync("m2-001", new() { Revision = 2, Digest = less.Digest, AtRestart = ["x"] });
        (await configs.ReportAsync("m2-001"))!.Applied.ShouldSatisfyAllConditions(r => r.Revision.ShouldBe(2), r => r.AtRestart.ShouldBe(["x"]), r => r.Refused.ShouldBeEmpty());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_command_goes_forward_only_and_the_terminals_word_counts_more_than_our_expiry(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        SqlCommandStore commands = new(store.Database, store.Time);
        await store.AddTerminalAsync("m2-001");
        await store.AddTerminalAsync("m2-002");
        CommandRow row = Row(store, "m2-001");
        (await commands.IssueAsync(row with { Terminal = "m2-009" }, null)).ShouldBeFalse();
        (await commands.IssueAsync(row, "10.0.0.1")).ShouldBeTrue();
        CommandRow second = Row(store, "m2-001");
        await commands.IssueAsync(second, null);
        (await commands.OpenAsync("m2-001")).Count.ShouldBe(2);
        (await commands.OpenAsync("m2-002")).ShouldBeEmpty();
        await commands.MarkSentAsync(row.Id);
        (await commands.WithdrawAsync(row.Id, "op", null)).ShouldBeFalse("it was sent");
        (await commands.WithdrawAsync(second.Id, "op", null)).ShouldBeTrue();

        store.Time.Advance(TimeSpan.FromHours(2));
        (await commands.OpenAsync("m2-001")).ShouldBeEmpty();
        (await commands.ExpireAsync()).ShouldBe(1);
        (await commands.FindAsync(row.Id))!.State.ShouldBe(CommandState.Expired);
        // Another terminal has no say in it.
        (await commands.SettleAsync("m2-002", Word(row.Id, CommandStates.Done))).ShouldBeFalse();
        (await commands.SettleAsync("m2-001", Word(row.Id, CommandStates.Accepted))).ShouldBeTrue();
        (await commands.FindAsync(row.Id))!.State.ShouldBe(CommandState.Expired);
        (await commands.SettleAsync("m2-001", Word(row.Id, CommandStates.Done) with { Attachment = "log" })).ShouldBeTrue();
        (await commands.SettleAsync("m2-001", Word(row.Id, CommandStates.Refused))).ShouldBeTrue();
        CommandRow end = (await commands.FindAsync(row.Id))!;
        (end.State, end.Message, end.Attachment, end.Envelope).ShouldBe((CommandState.Done, "Said.", "log", "{}"));
        store.Time.Advance(TimeSpan.FromDays(31));
        await commands.ExpireAsync();
        (await commands.FindAsync(row.Id))!.ShouldSatisfyAllConditions(old => old.Attachment.ShouldBeNull(), old => old.State.ShouldBe(CommandState.Done));
        (await commands.ListAsync("m2-001", 10)).Select(one => one.Attachment).ShouldAllBe(one => one == null);
        (await new SqlAuditStore(store.Database, store.Time).AuditLogAsync(10)).Select(one => one.Action).ShouldBe(["terminal.command.withdrawn", "terminal.command", "terminal.command"]);
    }

    private static Task<ConfigVerdict> SetAsync(SqlConfigStore configs, ConfigScope scope, string name, params (string Key, string? Value)[] changes) =>
        configs.SetAsync(scope, name, changes.ToDictionary(one => one.Key, one => one.Value), "op");

    private static CommandRow Row(StoreFixture store, string terminal)
    {
        long now = store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new(Guid.NewGuid(), terminal, CommandKinds.Identify, new Dictionary<string, string>(), now, now + 3_600_000, "op", "{}", CommandState.Waiting, null, null, null, now);
    }

    private static CommandResult Word(Guid id, string state) => new() { Id = id, State = state, Text = "Said.", At = 1 };
}
