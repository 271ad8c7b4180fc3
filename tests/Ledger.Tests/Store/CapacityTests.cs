using System.Diagnostics;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Devices.Ledger.Tests.Store;

public sealed class CapacityTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_million_punches_fit_in_one_gigabyte()
    {
        const int Count = 5_000;
        string boot = Guid.NewGuid().ToString();
        var time = Stopwatch.StartNew();
        using (LedgerStore ledger = Drafts.Open(_folder, boot))
        {
            for (int i = 0; i < Count; i++)
                ledger.Append(Drafts.Face("user-" + i * 7919L % 5_003) with { Origin = i % 4 == 0 ? $"mcu-0123456789ab/{i}" : null, Photo = i % 2 == 0 ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i))) : null }, ClockReading.Known(Board.Start + i * 1_000L, i * 1_000L, boot, 12));
        }
        double appends = Count / time.Elapsed.TotalSeconds;
        double bytes = (double)new FileInfo(_folder.Ledger).Length / Count;
        double raw = RawCommitsPerSecond();
        output.WriteLine($"{bytes:0} bytes a punch; {appends:0} appends/s, {raw:0} raw SQLite commits/s of one small row, ratio {appends / raw:0.00}");
        (bytes * 1_000_000).ShouldBeLessThan(1_000_000_000);
    }

    // The least that any durable append could cost on this disk with the same settings.
    private double RawCommitsPerSecond()
    {
        using var raw = new SqliteConnection($"Data Source={_folder.File("raw.db")};Pooling=False");
        raw.Open();
        using SqliteCommand command = raw.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256; CREATE TABLE t(x INTEGER PRIMARY KEY, y BLOB)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO t(y) VALUES (zeroblob(200))";
        var time = Stopwatch.StartNew();
        for (int i = 0; i < 1_000; i++) command.ExecuteNonQuery();
        return 1_000 / time.Elapsed.TotalSeconds;
    }
}
