using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Store;

/// <summary>What a part of the sites gets of each query: its own, and no trace of the rest, not even in totals.</summary>
public abstract class ScopeTests(StoreKind kind) : IAsyncDisposable
{
    private const long Eight = 1_772_438_400_000; // 2026-03-02 08:00 UTC
    private readonly StoreFixture _store = new(kind);

    private static SiteScope A => SiteScope.Of("a");
    private static SiteScope B => SiteScope.Of("b");
    private static SiteScope Main => SiteScope.Of("");

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Punches_their_totals_and_their_exports_are_those_of_the_sites_terminals()
    {
        await FillAsync();

        (await People(A)).ShouldBe(["ada", "both"]);
        (await People(B)).ShouldBe(["ben", "both"]);
        (await People(Main)).ShouldBe(["mia", "nora"], "a terminal without a site, or without a row, is of the main site");
        (await People(SiteScope.Of("a", "b"))).ShouldBe(["ada", "ben", "both", "both"]);
        (await People(SiteScope.Of("a", ""))).ShouldBe(["ada", "both", "mia", "nora"]);
        (await People(SiteScope.None)).ShouldBeEmpty();
        (await People(SiteScope.All)).Count.ShouldBe(6);
        (await _store.Punches.ListAsync(A, new() { Person = "both" }, null, 50)).Items.Single().Punch.Terminal.ShouldBe("t-a");
        (await _store.Punches.ListAfterAsync(B, 0, 50)).Select(p => p.Punch.Terminal).Distinct().ShouldBe(["t-b"]);
        StoredPunch foreign = (await _store.Punches.ListAsync(B, new(), null, 1)).Items.Single();
        (await _store.Punches.FindAsync(A, foreign.Key)).ShouldBeNull();
        (await _store.Punches.FindAsync(B, foreign.Key)).ShouldBe(foreign);
    }

    [Fact]
    public async Task People_and_departments_are_those_who_were_there_or_belong_there()
    {
        await FillAsync();

        (await Names(A)).ShouldBe(["ada", "both"]);
        (await Names(B)).ShouldBe(["ben", "both"]);
        (await Names(SiteScope.None)).ShouldBeEmpty();
        (await Names(SiteScope.All)).ShouldContain("never-here");
        await _store.Database.WriteAsync(session => session.Execute("INSERT INTO people_sites (person, site, assigned_at, assigned_by) VALUES ('never-here', 'a', 0, 'hr')"));
        (await Names(A)).ShouldBe(["ada", "both", "never-here"]);
        (await _store.People.FindPersonAsync(B, "ada")).ShouldBeNull();
        (await _store.People.FindPersonAsync(B, "both")).ShouldNotBeNull();

        (await _store.People.DepartmentsAsync(B)).Select(d => d.Name).ShouldBe(["Company", "Bakery", "Shared"]);
        (await _store.People.DepartmentsAsync(A)).Select(d => d.Name).ShouldBe(["Company", "Assembly", "Shared", "Nobody's"], "somebody of it is assigned to a");
        (await _store.People.DepartmentsAsync(SiteScope.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Terminals_events_exceptions_and_counts_follow_the_terminals_site()
    {
        await FillAsync();
        foreach (string terminal in (string[])["t-a", "t-b"])
        {
            await _store.Exceptions.RaiseAsync(new("ingest", "gap", $"Gap at {terminal}.") { Terminal = terminal });
            await _store.Terminals.SaveEventAsync(terminal, new EventMessage { Id = "e1", Kind = "door", At = Eight, Text = $"Door of {terminal}" });
        }

        await _store.Exceptions.RaiseAsync(new("delivery", "stopped", "The platform refuses the secret."));
        SqlCounterStore counters = new(_store.Database, _store.Time);

        (await _store.Terminals.ListTerminalsAsync(A)).Select(t => t.Name).ShouldBe(["t-a"]);
        (await _store.Terminals.FindTerminalAsync(A, "t-b")).ShouldBeNull();
        (await _store.Terminals.CompletenessAsync(B)).Select(r => r.Terminal.Name).ShouldBe(["t-b"]);
        (await _store.Terminals.EventsAsync(A, null, 10)).Single().Terminal.ShouldBe("t-a");
        (await _store.Terminals.EventsAsync(A, "t-b", 10)).ShouldBeEmpty();
        (await counters.CountsAsync(A)).Select(c => c.Terminal).ShouldBe(["t-a"]);
        ExceptionRow foreign = (await _store.Exceptions.ExceptionsAsync(B, false, 10)).ShouldHaveSingleItem();
        (await _store.Exceptions.ExceptionsAsync(SiteScope.All, false, 10)).Count.ShouldBe(3);
        (await _store.Exceptions.ResolveAsync(A, foreign.Id, "manager")).ShouldBeFalse();
        (await _store.Exceptions.ResolveAsync(B, foreign.Id, "manager")).ShouldBeTrue();
        (await _store.Outbox.CountAsync(A))[DeliveryState.Pending].ShouldBe(2);
        (await _store.Outbox.CountAsync(SiteScope.All))[DeliveryState.Pending].ShouldBe(6);
        StoredPunch theirs = (await _store.Punches.ListAsync(B, new(), null, 1)).Items.Single();
        await _store.Outbox.MarkAsync(theirs.Id, new(DeliveryState.Dead) { OnlyIfSending = false, Attempts = 1 });
        (await _store.Outbox.ResendAsync(A, [theirs.Id])).ShouldBe(0);
        (await _store.Outbox.CountAsync(A)).ContainsKey(DeliveryState.Dead).ShouldBeFalse();
        (await _store.Outbox.ResendAsync(B, [theirs.Id])).ShouldBe(1);
    }

    [Fact]
    public async Task A_terminal_that_moves_takes_its_punches_and_people_with_it()
    {
        await FillAsync();

        await _store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET site = 'b' WHERE name = 't-a'"));

        (await People(A)).ShouldBeEmpty();
        (await Names(A)).ShouldBeEmpty();
        (await People(B)).ShouldBe(["ada", "ben", "both", "both"]);
    }

    [Fact]
    public async Task A_renamed_site_keeps_who_may_see_it_and_comes_to_nobody_who_had_the_name_of_a_site_that_is_no_more()
    {
        await FillAsync();
        SqlAccountStore accounts = new(_store.Database, _store.Time);
        await accounts.AddAccountAsync(new("mara", "hash", [AccountRoles.Manager], SiteScope.Of("a")));
        await accounts.AddAccountAsync(new("old", "hash", [AccountRoles.Manager], SiteScope.Of("closed")));

        (await new SqlTerminalSites(_store.Database, _store.Time).RenameSiteAsync("a", "closed", "op")).ShouldBe(SiteVerdict.Done);

        (await accounts.FindAccountAsync("mara"))!.Scope.Sites.ShouldBe(["closed"]);
        (await accounts.FindAccountAsync("old"))!.Scope.Sites.ShouldBeEmpty();
        (await People(SiteScope.Of("closed"))).ShouldBe(["ada", "both"]);
    }

    [Fact]
    public async Task The_last_account_that_manages_accounts_keeps_doing_so()
    {
        SqlAccountStore accounts = new(_store.Database, _store.Time);
        (await accounts.AddAccountAsync(new("root", "hash", [AccountRoles.Admin], SiteScope.All))).ShouldBeTrue();
        (await accounts.AddAccountAsync(new("root", "other", [AccountRoles.Hr], SiteScope.None))).ShouldBeFalse();
        (await accounts.AddAccountAsync(new("mara", "hash", [AccountRoles.Manager, AccountRoles.Hr], SiteScope.Of("b", "a", "")))).ShouldBeTrue();

        Account mara = (await accounts.FindAccountAsync("mara"))!;
        mara.Roles.ShouldBe([AccountRoles.Hr, AccountRoles.Manager]);
        mara.Scope.Sites.ShouldBe(["", "a", "b"]);
        mara.MustChange.ShouldBeTrue();
        (await accounts.SetRightsAsync("root", [AccountRoles.Hr], SiteScope.All, null)).ShouldBe(AccountChange.LastAdmin);
        (await accounts.SetDisabledAsync("root", true)).ShouldBe(AccountChange.LastAdmin);
        (await accounts.SetRightsAsync("mara", [AccountRoles.Admin], SiteScope.Of("a"), "mara@example.com")).ShouldBe(AccountChange.Done);
        (await accounts.SetDisabledAsync("root", true)).ShouldBe(AccountChange.Done);
        (await accounts.SetDisabledAsync("mara", true)).ShouldBe(AccountChange.LastAdmin, "the other one is disabled");
        (await accounts.SetRightsAsync("nobody", [AccountRoles.Admin], SiteScope.All, null)).ShouldBe(AccountChange.Unknown);
        (await accounts.SetPasswordAsync("nobody", "hash", true)).ShouldBeFalse("a mistyped name makes no account");
        (await accounts.AccountsAsync()).Select(a => (a.Name, a.Scope.ToString(), a.Disabled)).ShouldBe([("mara", "a", false), ("root", "every site", true)]);
    }

    private async Task FillAsync()
    {
        foreach ((string name, string? site) in (List<(string, string?)>)[("t-a", "a"), ("t-b", "b"), ("t-main", null)])
        {
            await _store.AddTerminalAsync(name);
            await _store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET site = @site WHERE name = @name", ("@site", site), ("@name", name)));
        }

        foreach ((string terminal, string[] people) in (List<(string, string[])>)[("t-a", ["ada", "both"]), ("t-b", ["ben", "both"]), ("t-main", ["mia"]), ("t-unlisted", ["nora"])])
        {
            TestLedger ledger = new(terminal);
            for (int i = 0; i < people.Length; i++) ledger.Add(people[i], Eight + i * 60_000);
            await _store.Punches.AppendAsync(ledger.All());
        }

        await _store.People.ReconcileAsync(
            [new(1, null, "Company"), new(2, 1, "Assembly"), new(3, 1, "Bakery"), new(4, 1, "Shared"), new(5, 1, "Nobody's")],
            [new("ada", "ada", null, true, [2]), new("ben", "ben", null, true, [3]), new("both", "both", null, true, [4]), new("never-here", "never-here", null, true, [5])]);
    }

    private async Task<List<string>> People(SiteScope scope)
    {
        List<string> streamed = [];
        await foreach (StoredPunch punch in _store.Punches.StreamAsync(scope, new())) streamed.Add(punch.Punch.Person);
        PunchPage page = await _store.Punches.ListAsync(scope, new(), null, 50);
        page.Total.Number.ShouldBe(streamed.Count);
        page.Items.Select(p => p.Punch.Person).ShouldBe(streamed);
        return [.. streamed.Order(StringComparer.Ordinal)];
    }

    private async Task<List<string>> Names(SiteScope scope) => [.. (await _store.People.PeopleAsync(scope)).Select(p => p.UserId)];
}

public sealed class ScopeSqliteTests() : ScopeTests(StoreKind.Sqlite);

public sealed class ScopePostgresTests() : ScopeTests(StoreKind.Postgres);
