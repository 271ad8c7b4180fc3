using Devices.Bridge.Store.Retention;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Bridge.Tests.Store;

/// <summary>What the store's upkeep does beside retention.</summary>
public sealed class UpkeepTests
{
    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Once_a_week_sqlite_looks_at_what_its_tables_hold_and_postgres_is_left_to_itself(StoreKind kind)
    {
        await using StoreFixture store = new(kind);
        await store.Punches.AppendAsync(new TestLedger("m2-001").AddMany(40).All());
        SqlSettingStore settings = new(store.Database, store.Time);
        using StoreUpkeep upkeep = new(store.Database, new(), settings, store.Time, NullLogger<StoreUpkeep>.Instance);
        await upkeep.LookAsync();
        string? first = await settings.GetSettingAsync("store.analyzed");
        if (kind == StoreKind.Postgres)
        {
            first.ShouldBeNull();
            return;
        }

        (await store.Database.ReadAsync(session => session.Number("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'punches'"))).ShouldBeGreaterThan(0);
        store.Time.Advance(TimeSpan.FromDays(6));
        await upkeep.LookAsync();
        (await settings.GetSettingAsync("store.analyzed")).ShouldBe(first);
        store.Time.Advance(TimeSpan.FromDays(2));
        await upkeep.LookAsync();
        (await settings.GetSettingAsync("store.analyzed")).ShouldNotBe(first);
        (await store.Punches.ListAsync(Devices.Bridge.Store.SiteScope.All, new(), null, 50)).Items.Count.ShouldBe(40);
    }
}
