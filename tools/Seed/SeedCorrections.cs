using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;

namespace Devices.Seed;

/// <summary>
/// Corrections of a seeded store, one in 4,000 punches: added, voided and reassigned ones in turns, a few that wait for a decision. They are recorded by the
/// bridge's own store, so that what they make is what HR's corrections make.
/// </summary>
internal static class SeedCorrections
{
    private const string Progress = "seed.corrections";
    private const int Every = 4000, Together = 64;

    /// <summary>False where the time was over before all were in.</summary>
    public static async Task<bool> WriteAsync(SeedPlan plan, Func<bool> late)
    {
        await using SqlDatabase database = plan.Postgres.Length > 0 ? PostgresDatabase.Open(plan.Postgres, exclusive: false) : SqliteDatabase.Open(Path.Combine(plan.Data, "bridge.db"));
        SqlSettingStore settings = new(database, TimeProvider.System);
        SqlCorrectionStore corrections = new(database, TimeProvider.System);
        int done = int.Parse(await settings.GetSettingAsync(Progress) ?? "0", CultureInfo.InvariantCulture), wanted = (int)(plan.Punches / Every);
        for (; done < wanted; done += Together)
        {
            if (late()) return false;
            await Task.WhenAll(Enumerable.Range(done, Math.Min(Together, wanted - done)).Select(async i =>
            {
                // Spread over all of them, with a step that meets every terminal.
                long id = 1 + ((long)i * Every) + (SeedWorld.Mix((uint)i, 21) % Every);
                (string Person, long At)? punch = await database.ReadAsync(session => session.Query(
                    "SELECT person, at FROM punches WHERE id = @id", row => ((string, long)?)(row.GetString(0), row.GetInt64(1)), ("@id", id)).FirstOrDefault());
                if (punch is not { } one) return;
                CorrectionKind kind = (i % 3) switch { 0 => CorrectionKind.Add, 1 => CorrectionKind.Void, _ => CorrectionKind.Reassign };
                long at = kind == CorrectionKind.Add ? one.At + 5_400_000 + (i % 60_000) : one.At;
                await corrections.RecordAsync(
                    SiteScope.All,
                    new()
                    {
                        Kind = kind, PunchId = kind == CorrectionKind.Add ? null : id, Person = one.Person, At = at, Author = "seed",
                        ToPerson = kind == CorrectionKind.Reassign ? $"u{1 + (SeedWorld.Mix((uint)i, 22) % (uint)plan.People):00000}" : null,
                        Day = DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                        ReasonCode = "forgot", Reason = "Seeded.", Request = $"seed-{i}",
                    },
                    apply: i % 50 != 7, repeatMs: 60_000);
            }));
            await settings.SetSettingAsync(Progress, Math.Min(wanted, done + Together).ToString(CultureInfo.InvariantCulture));
        }

        return true;
    }
}
