using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Store;

namespace Devices.Bridge.Tests.Scale;

/// <summary>Who holds a terminal's connection, and who takes which part of the stream.</summary>
public abstract class NodeStoreTests(StoreKind kind) : IAsyncDisposable
{
    private readonly StoreFixture _store = new(kind);

    private SqlNodeStore Nodes => new(_store.Database, _store.Time);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_terminal_that_connects_to_another_node_stays_online_when_its_old_connection_ends()
    {
        await _store.AddTerminalAsync("m2-001");
        await Nodes.ArriveAsync("m2-001", "a", "s1", "10.0.0.1:1");
        (await OnlineAsync()).ShouldBeTrue();
        long before = _store.Time.GetUtcNow().ToUnixTimeMilliseconds();
        (await Nodes.MovedAsync("a", before)).ShouldBeEmpty();

        await Nodes.ArriveAsync("m2-001", "b", "s2", null);
        (await Nodes.MovedAsync("a", before)).ShouldBe(["m2-001"]);
        (await Nodes.HeldAsync("a")).ShouldBeEmpty();
        (await Nodes.LeaveAsync("m2-001", "a", "s1")).ShouldBeFalse("that connection is the terminal's no more");
        (await OnlineAsync()).ShouldBeTrue();
        (await Nodes.PlaceAsync("m2-001")).ShouldBe(new("m2-001", "b", "s2"));
        (await Nodes.LeaveAsync("m2-001", "b", "s2")).ShouldBeTrue();
        (await OnlineAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task The_terminals_of_a_node_that_fell_silent_are_offline_and_those_of_others_are_not()
    {
        foreach (string name in (string[])["m2-001", "m2-002"]) await _store.AddTerminalAsync(name);
        await Nodes.BeatAsync("a", "ingest", "");
        await Nodes.ArriveAsync("m2-001", "a", "s1", null);
        _store.Time.Advance(TimeSpan.FromSeconds(40));
        await Nodes.BeatAsync("b", "ingest", "");
        await Nodes.ArriveAsync("m2-002", "b", "s2", null);

        (await Nodes.ForgetSilentAsync(_store.Time.GetUtcNow().ToUnixTimeMilliseconds() - 30_000)).ShouldBe(1);
        (await OnlineAsync()).ShouldBeFalse();
        (await _store.Terminals.FindTerminalAsync(SiteScope.All, "m2-002"))!.Online.ShouldBeTrue();
        (await Nodes.NodesAsync()).Select(one => one.Node).ShouldBe(["b"]);
        await Nodes.ClearAsync("b");
        (await _store.Terminals.FindTerminalAsync(SiteScope.All, "m2-002"))!.Online.ShouldBeFalse();
    }

    [Fact]
    public async Task Parts_of_the_stream_are_shared_among_writers_that_are_heard_of_and_pass_on_when_one_is_not()
    {
        TimeSpan lease = TimeSpan.FromSeconds(5);
        await Nodes.BeatAsync("w1", SqlNodeStore.Writer, "");
        (await Nodes.ClaimPartsAsync("w1", 8, lease)).Count.ShouldBe(8);
        await Nodes.BeatAsync("w2", SqlNodeStore.Writer, "");
        (await Nodes.ClaimPartsAsync("w2", 8, lease)).ShouldBeEmpty("nothing is free yet");
        IReadOnlyList<int> first = await Nodes.ClaimPartsAsync("w1", 8, lease), second = await Nodes.ClaimPartsAsync("w2", 8, lease);
        (first.Count, second.Count).ShouldBe((4, 4));
        first.Intersect(second).ShouldBeEmpty();

        _store.Time.Advance(TimeSpan.FromSeconds(6));
        await Nodes.BeatAsync("w2", SqlNodeStore.Writer, "");
        (await Nodes.ClaimPartsAsync("w2", 8, lease)).Count.ShouldBe(8, "the other is silent and its lease is over");
        await Nodes.ReleasePartsAsync("w2");
        await Nodes.BeatAsync("w1", SqlNodeStore.Writer, "");
        (await Nodes.ClaimPartsAsync("w1", 8, lease)).Count.ShouldBe(4, "the other was heard of a moment ago");
    }

    [Fact]
    public async Task The_engines_secret_is_made_once()
    {
        byte[] key = await Nodes.EngineKeyAsync();
        key.Length.ShouldBe(32);
        (await Nodes.EngineKeyAsync()).ShouldBe(key);
    }

    private async Task<bool> OnlineAsync() => (await _store.Terminals.FindTerminalAsync(SiteScope.All, "m2-001"))!.Online;
}

public sealed class NodeStoreSqliteTests() : NodeStoreTests(StoreKind.Sqlite);

public sealed class NodeStorePostgresTests() : NodeStoreTests(StoreKind.Postgres);
