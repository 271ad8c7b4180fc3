using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>The prepared statements of the hot path, kept for the connection's life.</summary>
internal sealed class LedgerStatements : IDisposable
{
    private readonly List<SqliteCommand> _all = [];

    public LedgerStatements(SqliteConnection connection)
    {
        SqliteCommand Make(string sql, params string[] parameters)
        {
            SqliteCommand command = connection.Prepare(sql, parameters);
            _all.Add(command);
            return command;
        }

        Begin = Make("BEGIN IMMEDIATE");
        Commit = Make("COMMIT");
        Insert = Make(
            $"INSERT INTO punch({PunchRows.Columns}) VALUES ($seq, $person, $method, $direction, $score, $threshold, $liveness, $pack, $photo, $origin, $wall, $monotonic, $boot, $at, $clock, $uncertainty, $chain)",
            "$seq", "$person", "$method", "$direction", "$score", "$threshold", "$liveness", "$pack", "$photo", "$origin", "$wall", "$monotonic", "$boot", "$at", "$clock", "$uncertainty", "$chain");
        Seal = Make("UPDATE punch SET at = $at, clock = $clock, uncertainty = $uncertainty, chain = $chain WHERE seq = $seq", "$at", "$clock", "$uncertainty", "$chain", "$seq");
        KeepMoment = Make("INSERT OR REPLACE INTO moment(seq, uncertainty) VALUES ($seq, $uncertainty)", "$seq", "$uncertainty");
        TakeMoment = Make("DELETE FROM moment WHERE seq = $seq RETURNING uncertainty", "$seq");
        ByOrigin = Make($"SELECT {PunchRows.Columns} FROM punch WHERE origin = $origin", "$origin");
        Last = Make("SELECT max(seq) FROM punch");
        LastSealed = Make("SELECT seq, chain FROM punch WHERE chain IS NOT NULL ORDER BY seq DESC LIMIT 1");
        Range = Make($"SELECT {PunchRows.Columns} FROM punch WHERE seq >= $from ORDER BY seq LIMIT $count", "$from", "$count");
        NewestOf = Make($"SELECT {PunchRows.Columns} FROM punch WHERE person = $person ORDER BY seq DESC LIMIT $count", "$person", "$count");
        ChainAt = Make("SELECT chain FROM punch WHERE seq = $seq", "$seq");
        Acknowledge = Make("UPDATE state SET acknowledged = $through", "$through");
        Floor = Make("UPDATE state SET time_floor = $floor", "$floor");
        NewestKnownTime = Make("SELECT max(at) FROM (SELECT at FROM punch WHERE clock IN (1, 3) AND seq > (SELECT floor_seq FROM state) ORDER BY seq DESC LIMIT 64)");
    }

    public SqliteCommand Begin { get; }
    public SqliteCommand Commit { get; }
    public SqliteCommand Insert { get; }
    public SqliteCommand Seal { get; }
    public SqliteCommand KeepMoment { get; }
    public SqliteCommand TakeMoment { get; }
    public SqliteCommand ByOrigin { get; }
    public SqliteCommand Last { get; }
    public SqliteCommand LastSealed { get; }
    public SqliteCommand Range { get; }
    public SqliteCommand NewestOf { get; }
    public SqliteCommand ChainAt { get; }
    public SqliteCommand Acknowledge { get; }
    public SqliteCommand Floor { get; }
    public SqliteCommand NewestKnownTime { get; }

    public void Dispose()
    {
        foreach (SqliteCommand command in _all) command.Dispose();
    }
}
