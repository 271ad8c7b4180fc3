using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ILateStore"/>
public sealed class SqlLateStore(SqlDatabase database, TimeProvider time) : ILateStore
{
    /// <summary>Source of its rows in the exceptions list.</summary>
    public const string Source = "correction";

    private const string Place = "corrections.looked";

    private sealed record Arrived(long Id, string Person, long At, string Terminal, Guid Ledger, long Seq, long ReceivedAt);

    public Task<int> LookAsync(int limit, long repeatMs, Func<string, long, string> dayOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dayOf);
        return database.WriteAsync(session => Look(session, limit, repeatMs, dayOf), cancellationToken);
    }

    public Task<IReadOnlyList<StoredPunch>> LateAsync(SiteScope scope, string month, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<StoredPunch>>(session => session.Query(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} JOIN late_punches l ON l.punch_id = p.id AND l.at = p.at WHERE l.month = @month AND {scope.Terminal("p.terminal")} ORDER BY p.id LIMIT @limit",
            PunchQuery.Read, scope.With(("@month", month), ("@limit", (long)limit))), cancellationToken);
    }

    private int Look(SqlSession session, int limit, long repeatMs, Func<string, long, string> dayOf)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Place)) is not { } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long after))
        {
            // From now on: before the first look no month was closed and nothing was corrected.
            Move(session, session.Number("SELECT COALESCE(MAX(id), 0) FROM punches"), now);
            return 0;
        }

        (string settled, (string, object?)[] through) = Arrivals.Settled(session, "p.id");
        List<Arrived> fresh = session.Query(
            $"SELECT p.id, p.person, p.at, p.terminal, p.ledger, p.seq, p.received_at FROM punches p WHERE p.id > @after{settled} ORDER BY p.id LIMIT @limit",
            row => new Arrived(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), Guid.Parse(row.GetString(4)), row.GetInt64(5), row.GetInt64(6)),
            [("@after", after), ("@limit", (long)limit), .. through]);
        if (fresh.Count == 0) return 0;
        Dictionary<string, long> closed = session.Query(
            "SELECT m.month, m.action, m.at FROM month_closings m WHERE m.id = (SELECT MAX(n.id) FROM month_closings n WHERE n.month = m.month)",
            row => (Month: row.GetString(0), Closed: row.GetString(1) == "close", At: row.GetInt64(2))).Where(m => m.Closed).ToDictionary(m => m.Month, m => m.At, StringComparer.Ordinal);
        bool made = session.Number("SELECT EXISTS (SELECT 1 FROM terminals WHERE made)") != 0;
        HashSet<string> books = made ? [.. session.Query("SELECT name FROM terminals WHERE made", row => row.GetString(0))] : [];
        foreach (Arrived one in fresh.Where(one => !books.Contains(one.Terminal)))
        {
            if (closed.Count > 0 && dayOf(one.Person, one.At)[..7] is { } month && closed.TryGetValue(month, out long since) && one.ReceivedAt > since) Late(session, one, month, now);
            if (made) Beside(session, one, repeatMs, now);
        }

        Move(session, fresh[^1].Id, now);
        return fresh.Count;
    }

    private static void Late(SqlSession session, Arrived one, string month, long now)
    {
        session.Execute(
            "INSERT INTO late_punches (punch_id, at, month, noticed_at) VALUES (@id, @at, @month, @now) ON CONFLICT (punch_id) DO NOTHING",
            ("@id", one.Id), ("@at", one.At), ("@month", month), ("@now", now));
        // One row a month and terminal; the punches themselves stand on the month's page.
        Findings.Raise(session, now, new(Source, "reason.late_for_month", month) { Terminal = one.Terminal, Ledger = one.Ledger, Seq = one.Seq, Cause = $"{Source}|late|{month}|{one.Terminal}" });
    }

    // HR added what the terminal had recorded and brought only now: both would count.
    private static void Beside(SqlSession session, Arrived one, long repeatMs, long now)
    {
        if (session.Number(
            """
            SELECT COUNT(*) FROM punches p JOIN punch_effects x ON x.punch_id = p.id AND x.origin IS NOT NULL AND x.struck IS NULL
            WHERE p.person = @person AND p.at > @from AND p.at < @until
            """,
            ("@person", one.Person), ("@from", one.At - repeatMs), ("@until", one.At + repeatMs)) == 0) return;
        Findings.Raise(session, now, new(Source, "reason.added_and_recorded", $"{one.Terminal}/{one.Ledger}/{one.Seq}")
        { Terminal = one.Terminal, Ledger = one.Ledger, Seq = one.Seq, Cause = $"{Source}|beside|{one.Terminal}|{one.Ledger}|{one.Seq}" });
    }

    private static void Move(SqlSession session, long id, long now) => session.Execute(
        "INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now",
        ("@key", Place), ("@value", id.ToString(CultureInfo.InvariantCulture)), ("@now", now));
}
