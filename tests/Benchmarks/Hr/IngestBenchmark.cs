using System.Diagnostics;
using System.Globalization;
using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Benchmarks.Hr;

/// <summary>
/// How long the store takes for batches of 128 punches, one after the other, each acknowledged before the next. To compare two versions, put
/// the other one's Devices.Bridge.dll beside a copy of this program and run both in turns.
/// </summary>
internal static class IngestBenchmark
{
    private const int Batch = 128;

    public static int Run(string[] args)
    {
        int batches = args is ["--batches", var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 200;
        string? postgres = Array.IndexOf(args, "--postgres") is >= 0 and int at ? args[at + 1] : null;
        string folder = Directory.CreateTempSubdirectory("ingest-").FullName;
        try
        {
            return RunAsync(folder, postgres, batches).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string folder, string? postgres, int batches)
    {
        await using SqlDatabase database = postgres is null ? SqliteDatabase.Open(Path.Combine(folder, "bridge.db")) : PostgresDatabase.Open(postgres, exclusive: false);
        SqlPunchStore store = new(database, TimeProvider.System);
        Guid ledger = Guid.CreateVersion7();
        string terminal = $"bench-{ledger.ToString("N")[..12]}";
        byte[] chain = PunchChain.Genesis(ledger);
        long at = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (batches * Batch * 250L), seq = 0;
        List<double> took = [];
        for (int i = -10; i < batches; i++)
        {
            List<Punch> punches = [];
            for (int k = 0; k < Batch; k++)
            {
                Punch punch = new()
                {
                    Terminal = terminal, Ledger = ledger, Seq = ++seq, Person = $"u{seq * 7919 % 20_000:00000}", At = at += 250, Clock = ClockQuality.Synced, UncertaintyMs = 0,
                    Method = PunchMethod.Card, Direction = PunchDirection.None, Chain = "",
                };
                chain = PunchChain.Next(chain, punch);
                punches.Add(punch with { Chain = PunchChain.ToHex(chain) });
            }

            Stopwatch watch = Stopwatch.StartNew();
            if ((await store.AppendAsync(new PunchBatch { Terminal = terminal, Ledger = ledger, Punches = punches })).Added != Batch) throw new InvalidOperationException("A batch was not taken.");
            if (i >= 0) took.Add(watch.Elapsed.TotalMilliseconds);
        }

        took.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(postgres is null ? "SQLite" : "PostgreSQL")}, schema {Migrations.Newest}: a batch of {Batch} punches p50 {took[took.Count / 2]:0.00} ms, p95 {took[(int)(took.Count * 0.95)]:0.00} ms, {Batch * took.Count / took.Sum() * 1000:0} punches/s"));
        return 0;
    }
}
