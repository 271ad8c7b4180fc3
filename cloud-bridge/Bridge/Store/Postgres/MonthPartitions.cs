using System.Globalization;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Store.Postgres;

/// <summary>
/// The monthly partitions of <c>punches</c> (UTC months of <c>at</c>): <c>punches_2026_03</c>. A month gets one when its first punch comes
/// or the month is near; times before 2020 or more than <see cref="Ahead"/> months away (a terminal's clock gone wrong) stay in
/// <c>punches_default</c>, so that nobody can have partitions made at will.
/// </summary>
internal static class MonthPartitions
{
    /// <summary>Months beyond the present one that are made before they begin.</summary>
    public const int Ahead = 2;

    private const int MakingClass = 0x4465_764D;

    private static readonly DateTimeOffset First = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes the present month and those ahead.</summary>
    public static void EnsureAhead(SqlSession session, long now)
    {
        DateTimeOffset month = MonthOf(now);
        Ensure(session, Enumerable.Range(0, Ahead + 1).Select(i => month.AddMonths(i).ToUnixTimeMilliseconds()), now);
    }

    /// <summary>Makes the partitions that these times need, inside the transaction in hand. Rows of the default partition that belong there move.</summary>
    public static void Ensure(SqlSession session, IEnumerable<long> times, long now)
    {
        DateTimeOffset last = MonthOf(now).AddMonths(Ahead);
        foreach (DateTimeOffset month in times.Where(at => at >= First.ToUnixTimeMilliseconds() && at < last.AddMonths(1).ToUnixTimeMilliseconds()).Select(MonthOf).Distinct())
        {
            if (Exists(session, month)) continue;
            // Where several bridges write, one makes it. Another waits for that and begins its transaction anew: the one in hand has looked at what
            // there is already, and would go on to put rows where they do not belong any more.
            bool first = session.Number($"SELECT pg_try_advisory_xact_lock({MakingClass}, hashtext(current_schema()))") != 0;
            if (!first) session.Execute($"SELECT pg_advisory_xact_lock({MakingClass}, hashtext(current_schema()))");
            if (!first || session.Number("SELECT COUNT(*) FROM pg_catalog.pg_class WHERE relname = @name AND relnamespace = to_regnamespace(current_schema()::text)", ("@name", NameOf(month))) != 0)
                session.Script("DO $$ BEGIN RAISE EXCEPTION 'another bridge made the month' USING ERRCODE = 'serialization_failure'; END $$");
            Make(session, month);
        }
    }

    private static bool Exists(SqlSession session, DateTimeOffset month) =>
        session.Number("SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass(@name)", ("@name", NameOf(month))) != 0;

    /// <summary>The partitions of months that had ended by then, oldest first; never the default one.</summary>
    public static List<string> Before(SqlSession session, long before)
    {
        string present = NameOf(MonthOf(before));
        return [.. session.Query(
                "SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('punches')", row => row.GetString(0))
            .Where(name => IsMonth(name) && string.CompareOrdinal(name, present) < 0).Order(StringComparer.Ordinal)];
    }

    /// <summary>Takes a month out and drops it, where nothing in it is kept.</summary>
    public static void Drop(SqlSession session, string name)
    {
        if (!IsMonth(name)) throw new ArgumentException($"{name} is no month of punches.", nameof(name));
        // The last word: a punch that came since the plan was made.
        if (session.Number(
            $"""
            SELECT COUNT(*) FROM {name} p
            WHERE NOT EXISTS (SELECT 1 FROM removed_punches r WHERE r.terminal = p.terminal AND r.ledger = p.ledger AND r.seq = p.seq AND r.chain = p.chain)
            """) > 0) return;
        session.Script($"ALTER TABLE punches DETACH PARTITION {name}; DROP TABLE {name}");
    }

    public static string NameOf(DateTimeOffset month) => month.ToString("'punches_'yyyy'_'MM", CultureInfo.InvariantCulture);

    public static DateTimeOffset MonthOf(long at)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(at);
        return new(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private static bool IsMonth(string name) => DateTime.TryParseExact(name, "'punches_'yyyy'_'MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // Made beside and attached: that blocks readers of the other months less than PARTITION OF does.
    private static void Make(SqlSession session, DateTimeOffset month)
    {
        string name = NameOf(month), from = Text(month), to = Text(month.AddMonths(1));
        session.Script($"CREATE TABLE {name} (LIKE punches INCLUDING DEFAULTS INCLUDING CONSTRAINTS)");
        if (session.Number($"SELECT COUNT(*) FROM punches_default WHERE at >= {from} AND at < {to}") > 0)
            session.Script(
                $"""
                INSERT INTO {name} SELECT * FROM punches_default WHERE at >= {from} AND at < {to};
                ALTER TABLE punches_default DISABLE TRIGGER USER;
                DELETE FROM punches_default WHERE at >= {from} AND at < {to};
                ALTER TABLE punches_default ENABLE TRIGGER USER;
                """);
        session.Script($"ALTER TABLE punches ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})");
    }

    private static string Text(DateTimeOffset month) => month.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
