using System.Globalization;
using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>
/// The bridge's store on SQLite: batches of two terminals one by one and at once, batches sent again, leases and outcomes of delivery,
/// corrections, retention, the group commit between them, and a start in between. With <paramref name="fromNothing"/> also the first start: every migration.
/// </summary>
public sealed class BridgeScenario(bool fromNothing = false) : IScenario
{
    private static readonly Lock Gate = new();
    private static DiskImage? _made;

    public string Name => fromNothing ? "bridge-new" : "bridge";

    public void Prepare(string folder)
    {
        if (fromNothing) return;
        lock (Gate)
        {
            // Every migration takes longer than what follows: an empty store is made once.
            if (_made is null)
            {
                SqliteDatabase.Open(File(folder)).DisposeAsync().AsTask().GetAwaiter().GetResult();
                _made = DiskImage.Read(folder);
            }
            else
            {
                _made.Write(folder);
            }
        }
    }

    public string? Work(string folder, DiskLog log, Random random, int steps, bool faulty)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(random);
        new BridgeWork(File(folder), log, random, faulty).RunAsync(steps).GetAwaiter().GetResult();
        return null;
    }

    public void Recover(string folder) => SqliteDatabase.Open(File(folder)).DisposeAsync().AsTask().GetAwaiter().GetResult();

    public string? Check(string folder, Told told, Random random)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(random);
        CheckAsync(folder, told, random).GetAwaiter().GetResult();
        return null;
    }

    internal static string File(string folder) => Path.Combine(folder, "bridge.db");

    private static async Task CheckAsync(string folder, Told told, Random random)
    {
        await using (SqlDatabase database = SqliteDatabase.Open(File(folder)))
        {
            RecordOracle.Compare(told, await BridgeRecords.ReadAsync(database));
            await SoundAsync(database);
            // Each terminal sends what it has again, then a new punch: nothing is doubled, nothing is missing.
            foreach ((TestLedger ledger, int through) in told.Facts.OfType<RecordAsked>().SelectMany(one => one.Detail as IReadOnlyList<(TestLedger, int)> ?? [])
                .GroupBy(one => one.Item1).Select(one => (one.Key, one.Max(sent => sent.Item2))))
            {
                SqlPunchStore punches = new(database, BridgeWork.Later, BridgeWork.Rules);
                TestLedger copy = ledger.Clone(through);
                // Later than whatever its terminal recorded.
                copy.Add("u-after", BridgeWork.Later.GetUtcNow().ToUnixTimeMilliseconds());
                long known = (await punches.FindLedgerAsync(copy.Terminal, copy.Id))?.Through ?? 0;
                for (int from = (int)Math.Max(1, known - 30); from <= through + 1; from += 30)
                {
                    IngestResult sent = await punches.AppendAsync(copy.Batch(from, 30));
                    Promise.Holds(sent.Problem is null, $"punches from {from} on, sent again, were refused: {sent.Problem?.Text}");
                }

                LedgerMark? mark = await punches.FindLedgerAsync(copy.Terminal, copy.Id);
                Promise.Holds(mark is not null && mark.Through == through + 1 && Convert.ToHexStringLower(mark.Chain) == copy.LastChain, $"after all was sent again the watermark is {mark?.Through}, not {through + 1}");
            }

            await SoundAsync(database);
        }

        if (random.Next(100) == 0) await BackUpAsync(folder);
    }

    // What was left is good enough for a backup, which checks every chain by itself.
    private static async Task BackUpAsync(string folder)
    {
        string to = Path.Combine(Path.GetDirectoryName(folder)!, "backup-" + Guid.NewGuid().ToString("N"));
        try
        {
            await BridgeBackup.CreateAsync(new BridgeOptions { Data = folder }, to, TimeProvider.System);
            await BridgeBackup.VerifyAsync(to);
        }
        finally
        {
            System.IO.File.Delete(to);
        }
    }

    private static Task<bool> SoundAsync(SqlDatabase database) => database.ReadAsync(session =>
    {
        string integrity = session.Text("PRAGMA integrity_check") ?? "";
        Promise.Holds(integrity == "ok", $"integrity_check: {integrity}");
        Promise.Holds(session.Query("PRAGMA foreign_key_check", row => row.GetString(0)) is [], "a row refers to another that is not there");
        Zero("punches without exactly one row for the platform", "SELECT COUNT(*) FROM punches p WHERE (SELECT COUNT(*) FROM outbox o WHERE o.punch_id = p.id AND o.target = 'platform') <> 1");
        Zero("outbox rows without a punch", "SELECT COUNT(*) FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM punches p WHERE p.id = o.punch_id)");
        Zero("punches that are there twice", "SELECT COUNT(*) FROM (SELECT 1 FROM punches GROUP BY terminal, ledger, seq HAVING COUNT(*) > 1) q");
        Zero("states of which another number is kept than there are", """
            SELECT COUNT(*) FROM outbox_counts c WHERE c.target = 'platform' AND
              (SELECT SUM(n) FROM outbox_counts s WHERE s.target = c.target AND s.state = c.state) <> (SELECT COUNT(*) FROM outbox o WHERE o.target = c.target AND o.state = c.state)
            """);
        Zero("ledgers whose watermark is not where their punches end", """
            SELECT COUNT(*) FROM ledgers l WHERE l.through <> COALESCE((SELECT MAX(seq) FROM (SELECT seq FROM punches p WHERE p.terminal = l.terminal AND p.ledger = l.ledger
              UNION ALL SELECT seq FROM removed_punches r WHERE r.terminal = l.terminal AND r.ledger = l.ledger) q), 0)
            """);
        Zero("ledgers with a gap", """
            SELECT COUNT(*) FROM ledgers l WHERE l.through <> (SELECT COUNT(*) FROM punches p WHERE p.terminal = l.terminal AND p.ledger = l.ledger)
              + (SELECT COUNT(*) FROM removed_punches r WHERE r.terminal = l.terminal AND r.ledger = l.ledger)
            """);
        return true;

        void Zero(string what, string sql)
        {
            long count = session.Number(sql);
            Promise.Holds(count == 0, string.Create(CultureInfo.InvariantCulture, $"{count} {what}"));
        }
    });
}
