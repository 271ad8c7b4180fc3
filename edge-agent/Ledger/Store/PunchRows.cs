using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>Rows of the punch table as records.</summary>
internal static class PunchRows
{
    public const string Columns = "seq, person, method, direction, score, threshold, liveness, pack, photo, origin, wall, monotonic, boot, at, clock, uncertainty, chain";

    public static StoredPunch Read(SqliteDataReader row, string terminal, Guid ledger)
    {
        var draft = new PunchDraft
        {
            Person = row.GetString(1),
            Method = (PunchMethod)row.GetInt32(2),
            Direction = (PunchDirection)row.GetInt32(3),
            Score = Float(row, 4),
            Threshold = Float(row, 5),
            Liveness = Float(row, 6),
            Pack = row.IsDBNull(7) ? null : row.GetString(7),
            Photo = row.IsDBNull(8) ? null : Convert.ToHexStringLower((byte[])row.GetValue(8)),
            Origin = row.IsDBNull(9) ? null : row.GetString(9),
        };
        var stored = new StoredPunch(row.GetInt64(0), draft, row.GetInt64(10), row.GetInt64(11), row.GetString(12), null);
        if (row.IsDBNull(16)) return stored;
        Punch punch = ToPunch(stored, terminal, ledger, row.GetInt64(13), (ClockQuality)row.GetInt32(14), row.GetInt64(15));
        return stored with { Sealed = punch with { Chain = PunchChain.ToHex((byte[])row.GetValue(16)) } };
    }

    /// <summary>The contract's punch, without its chain value.</summary>
    public static Punch ToPunch(StoredPunch stored, string terminal, Guid ledger, long at, ClockQuality clock, long uncertaintyMs) => new()
    {
        Terminal = terminal,
        Ledger = ledger,
        Seq = stored.Seq,
        Person = stored.Draft.Person,
        At = at,
        Clock = clock,
        UncertaintyMs = uncertaintyMs,
        Method = stored.Draft.Method,
        Direction = stored.Draft.Direction,
        Score = stored.Draft.Score,
        Threshold = stored.Draft.Threshold,
        Liveness = stored.Draft.Liveness,
        Pack = stored.Draft.Pack,
        Photo = stored.Draft.Photo,
        Chain = "",
    };

    private static float? Float(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : (float)row.GetDouble(column);
}
