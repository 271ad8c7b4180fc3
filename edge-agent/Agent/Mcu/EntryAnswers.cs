using Devices.Link;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// <c>entries.db</c>: what was answered to entries that became no punch of their own (repeat, unknown card, refused). An entry whose
/// confirm was lost is sent again, perhaps after the card was given to somebody; it must get the answer it got before. Entries that
/// became a punch are found in the ledger by their origin. Bounded: the oldest answers go.
/// </summary>
public sealed class EntryAnswers : IDisposable
{
    private const int Kept = 5_000;
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    public EntryAnswers(string path)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using SqliteCommand make = _connection.CreateCommand();
        make.CommandText = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(PASSIVE);
            CREATE TABLE IF NOT EXISTS answer(n INTEGER PRIMARY KEY, entry TEXT NOT NULL UNIQUE, result INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
            """;
        make.ExecuteNonQuery();
    }

    /// <summary>What was answered; null where nothing was.</summary>
    public ConfirmMessage? Find(string entry)
    {
        lock (_gate)
        {
            using SqliteCommand select = _connection.CreateCommand();
            select.CommandText = "SELECT result, seq, name, at, reason FROM answer WHERE entry = $entry";
            select.Parameters.AddWithValue("$entry", entry);
            using SqliteDataReader row = select.ExecuteReader();
            return row.Read()
                ? new() { Id = entry, Result = (ConfirmResult)row.GetInt32(0), Seq = row.GetInt64(1), Name = row.GetString(2), At = row.GetInt64(3), Reason = row.GetString(4) }
                : null;
        }
    }

    /// <summary>Keeps an answer durably, before it is sent.</summary>
    public void Keep(ConfirmMessage answer)
    {
        lock (_gate)
        {
            using SqliteCommand insert = _connection.CreateCommand();
            insert.CommandText = """
                INSERT OR IGNORE INTO answer(entry, result, seq, name, at, reason) VALUES ($entry, $result, $seq, $name, $at, $reason);
                DELETE FROM answer WHERE n <= (SELECT max(n) FROM answer) - $kept;
                """;
            insert.Parameters.AddWithValue("$entry", answer.Id);
            insert.Parameters.AddWithValue("$result", (int)answer.Result);
            insert.Parameters.AddWithValue("$seq", answer.Seq);
            insert.Parameters.AddWithValue("$name", answer.Name);
            insert.Parameters.AddWithValue("$at", answer.At);
            insert.Parameters.AddWithValue("$reason", answer.Reason);
            insert.Parameters.AddWithValue("$kept", Kept);
            insert.ExecuteNonQuery();
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }
}
