using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IDayStore"/>
public sealed class SqlDayStore(SqlDatabase database, TimeProvider time) : IDayStore
{
    private const long Hour = 3_600_000;

    public Task<IReadOnlyDictionary<long, TimeMark>> HoursAsync(long start, long until, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<long, TimeMark>>(session => session.Query(
            "SELECT hour, CAST(SUM(added) AS BIGINT), CAST(SUM(changed) AS BIGINT) FROM hour_marks WHERE hour >= @start AND hour < @until GROUP BY hour",
            row => (row.GetInt64(0), new TimeMark(row.GetInt64(1), row.GetInt64(2))), ("@start", HourOf(start)), ("@until", HourOf(until - 1) + 1)).ToDictionary(), cancellationToken);

    public Task<string> SitesAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => string.Join('\0', session.Query("SELECT name, COALESCE(site, '') FROM terminals ORDER BY name", row => $"{row.GetString(0)}={row.GetString(1)}")), cancellationToken);

    public Task<IReadOnlyList<DayFact>> FactsAsync(SiteScope scope, long start, long until, long after, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<DayFact>>(session =>
        {
            // A few terminals and ledgers, said again and again.
            Dictionary<string, string> names = new(StringComparer.Ordinal);
            Dictionary<string, Guid> ledgers = new(StringComparer.Ordinal);
            HashSet<long> struck = Struck(session, start, until);
            // Read after the marks were: what those count is settled by now.
            (string settled, (string, object?)[] through) = Arrivals.Settled(session, "p.id");
            // The newest few by their numbers: the signs keep the times from being looked up.
            List<DayFact> facts = session.Query(
                $"""
                SELECT p.id, p.terminal, p.ledger, p.seq, p.person, p.at, p.uncertainty_ms, p.direction FROM punches p
                WHERE {(after > 0 ? "p.id > @after AND +p.at >= @start AND +p.at < @until" : "p.at >= @start AND p.at < @until")} AND {scope.Terminal("p.terminal")}{settled}
                ORDER BY p.at, p.id
                """,
                row =>
                {
                    string terminal = row.GetString(1), ledger = row.GetString(2), direction = row.GetString(7);
                    if (!names.TryGetValue(terminal, out string? name)) names[terminal] = name = terminal;
                    if (!ledgers.TryGetValue(ledger, out Guid id)) ledgers[ledger] = id = Guid.Parse(ledger);
                    return new DayFact(
                        row.GetInt64(0), new(name, id, row.GetInt64(3)), row.GetString(4), row.GetInt64(5), row.GetInt64(6),
                        direction == "none" ? PunchDirection.None : direction == "in" ? PunchDirection.In : PunchDirection.Out);
                },
                scope.With([("@start", start), ("@until", until), .. after > 0 ? ((string, object?)[])[("@after", after)] : [], .. through]));
            facts.RemoveAll(f => struck.Contains(f.Id));
            return facts;
        }, cancellationToken);
    }

    public Task<IReadOnlyList<(string Person, long At)>> UndeliveredAsync(SiteScope scope, long start, long until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<(string, long)>>(session =>
        {
            HashSet<long> struck = Struck(session, start, until);
            return [.. session.Query(
            $"""
            SELECT o.punch_id, o.person, o.at FROM outbox o {(scope.Everything ? "" : "CROSS JOIN punches p")}
            WHERE o.target = 'platform' AND o.state <> 'delivered' AND o.state IN ('pending', 'sending', 'waiting', 'ambiguous', 'dead', 'held', 'deferred') AND o.at >= @start AND o.at < @until
              AND {(scope.Everything ? "TRUE" : $"p.id = o.punch_id AND p.at = o.at AND {scope.Terminal("p.terminal")}")}
            """,
            row => (Id: row.GetInt64(0), Person: row.GetString(1), At: row.GetInt64(2)), scope.With(("@start", start), ("@until", until))).Where(p => !struck.Contains(p.Id)).Select(p => (p.Person, p.At))];
        }, cancellationToken);
    }

    // Few, and asked for once: joined to each punch they would be looked through for each, where the database does not know that they are few.
    private static HashSet<long> Struck(SqlSession session, long start, long until) => [.. session.Query(
        "SELECT punch_id FROM punch_effects WHERE struck IS NOT NULL AND at >= @start AND at < @until", row => row.GetInt64(0), ("@start", start), ("@until", until))];

    public Task<IReadOnlyList<StoredDay>> DaysAsync(SiteScope scope, string first, string last, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<StoredDay>>(session => session.Query(
            "SELECT day, stamp, body FROM day_sums WHERE scope = @scope AND day >= @first AND day <= @last",
            row => new StoredDay(row.GetString(0), row.GetString(1), row.Bytes(2)), ("@scope", Text(scope)), ("@first", first), ("@last", last)), cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> StampsAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, string>>(session => session.Query(
            "SELECT day, stamp FROM day_sums WHERE scope = @scope", row => (row.GetString(0), row.GetString(1)), ("@scope", Text(scope))).ToDictionary(StringComparer.Ordinal), cancellationToken);

    public Task KeepAsync(SiteScope scope, StoredDay day, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute(
            "INSERT INTO day_sums (scope, day, stamp, body, made_at) VALUES (@scope, @day, @stamp, @body, @now) ON CONFLICT (scope, day) DO UPDATE SET stamp = @stamp, body = @body, made_at = @now",
            ("@scope", Text(scope)), ("@day", day.Day), ("@stamp", day.Stamp), ("@body", day.Body), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds())), cancellationToken);

    /// <summary>Punches of these times came, in the transaction in hand.</summary>
    internal static void Added(SqlSession session, IEnumerable<long> times)
    {
        foreach (IGrouping<long, long> hour in times.GroupBy(HourOf).OrderBy(g => g.Key))
            session.Execute("INSERT INTO hour_marks (hour, added, changed) VALUES (@hour, @n, 0) ON CONFLICT (hour, shard) DO UPDATE SET added = hour_marks.added + @n", ("@hour", hour.Key), ("@n", (long)hour.Count()));
    }

    /// <summary>Punches of a run are removed now or soon.</summary>
    internal static void Removing(SqlSession session, string where, (string, object?)[] values) => session.Execute(
        $"INSERT INTO hour_marks (hour, added, changed) SELECT DISTINCT at / 3600000, 0, 1 FROM punches WHERE {where} ON CONFLICT (hour, shard) DO UPDATE SET changed = hour_marks.changed + 1", values);

    /// <summary>Punches from before a time were removed: what was made of them goes, and what somebody is making does not hold.</summary>
    internal static void Removed(SqlSession session, long before)
    {
        session.Execute("UPDATE hour_marks SET changed = changed + 1 WHERE hour <= @hour", ("@hour", HourOf(before)));
        session.Execute("DELETE FROM day_sums WHERE day <= @day", ("@day", DateTimeOffset.FromUnixTimeMilliseconds(before).AddDays(2).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
    }

    // Divided by what no site's name can hold; the database takes no U+0000.
    private static string Text(SiteScope scope) => scope.Everything ? "*" : "=" + string.Join('\n', scope.Sites);

    private static long HourOf(long at) => at >= 0 ? at / Hour : (at - Hour + 1) / Hour;
}
