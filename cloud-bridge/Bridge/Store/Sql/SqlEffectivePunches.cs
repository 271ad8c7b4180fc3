using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IEffectivePunches"/>
public sealed class SqlEffectivePunches(SqlDatabase database) : IEffectivePunches
{
    private const int Portion = 500;
    private const int Together = 50;

    public async IAsyncEnumerable<StoredPunch> StreamAsync(
        SiteScope scope, PunchFilter filter, bool struckToo, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        if (!struckToo) filter = filter with { Counts = true };
        PunchCursor? cursor = null;
        while (true)
        {
            // The page's own search, by cursor: rows that arrive meanwhile neither repeat nor hide others.
            List<StoredPunch> items = await database.ReadAsync(session => new PunchSearch(session, scope, filter).Rows(cursor, Portion), cancellationToken);
            foreach (StoredPunch item in items) yield return item;
            if (items.Count < Portion) yield break;
            cursor = new(items[^1].Punch.At, items[^1].Id, false, 0);
        }
    }

    public Task<IReadOnlyList<StoredPunch>> PageAsync(SiteScope scope, long start, long until, (long At, long Id)? after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        // Ids begin at 1, so that nothing of the first moment is before this place.
        PunchCursor place = new(after?.At ?? start, after?.Id ?? 0, Newer: true, 0);
        return database.ReadAsync<IReadOnlyList<StoredPunch>>(session => new PunchSearch(session, scope, new() { From = start, To = until, Counts = true }).Rows(place, limit), cancellationToken);
    }

    public Task<IReadOnlyList<StoredPunch>> OfPersonAsync(SiteScope scope, string person, long start, long until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<StoredPunch>>(session => session.Query(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.person = @person AND p.at >= @start AND p.at < @until AND {scope.Terminal("p.terminal")} ORDER BY p.at, p.id",
            PunchQuery.Read, scope.With(("@person", person), ("@start", start), ("@until", until))), cancellationToken);
    }

    public Task<IReadOnlyList<StoredPunch>> OfPeopleAsync(SiteScope scope, IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default) =>
        OfPeopleAsync(scope, people, start, until, PunchQuery.Select, PunchQuery.From, PunchQuery.Read, cancellationToken);

    public Task<IReadOnlyList<JudgedPunch>> JudgedAsync(SiteScope scope, IReadOnlyCollection<string> people, long start, long until, CancellationToken cancellationToken = default) =>
        OfPeopleAsync(scope, people, start, until, PunchQuery.Bare, PunchQuery.BareFrom, PunchQuery.ReadBare, cancellationToken);

    private Task<IReadOnlyList<T>> OfPeopleAsync<T>(
        SiteScope scope, IReadOnlyCollection<string> people, long start, long until, string select, string from, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(people);
        // Always as many parameters, so that it is one statement: the last stands for those that are not.
        string names = string.Join(", ", Enumerable.Range(0, Together).Select(i => $"@p{i}"));
        return database.ReadAsync<IReadOnlyList<T>>(session => [.. people.Distinct(StringComparer.Ordinal).Chunk(Together).SelectMany(some => session.Query(
            $"SELECT {select} {from} WHERE p.person IN ({names}) AND p.at >= @start AND p.at < @until AND {scope.Terminal("p.terminal")} ORDER BY p.person, p.at, p.id",
            read,
            scope.With([("@start", start), ("@until", until), .. Enumerable.Range(0, Together).Select(i => ($"@p{i}", (object?)some[Math.Min(i, some.Length - 1)]))])))], cancellationToken);
    }

    public Task<IReadOnlyList<string>> PeopleAsync(SiteScope scope, PunchFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync<IReadOnlyList<string>>(session => new PunchSearch(session, scope, filter).People(), cancellationToken);
    }

    public Task<StoredPunch?> FindAsync(SiteScope scope, long punchId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync(session => session.First(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.id = @id AND {scope.Terminal("p.terminal")}", PunchQuery.Read, scope.With(("@id", punchId))), cancellationToken);
    }

    public Task<string> MarkAsync(SiteScope scope, long start, long until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync(session =>
        {
            (string, object?)[] range = [("@start", start), ("@until", until)];
            return string.Join('|',
            [
                // The terminals' sites decide what a scope sees; a name is part of what is shown.
                Two(session, "SELECT COUNT(*), MAX(id) FROM punches WHERE at >= @start AND at < @until", range),
                Two(session, "SELECT COUNT(*), SUM(updated_at) FROM outbox WHERE target = 'platform' AND state <> 'delivered' AND state IN ('pending', 'sending', 'waiting', 'ambiguous', 'dead', 'held', 'skipped', 'deferred') AND at >= @start AND at < @until", range),
                Two(session, "SELECT COUNT(*), MAX(id) FROM corrections"),
                Two(session, "SELECT COUNT(*), MAX(at) FROM correction_decisions"),
                Two(session, "SELECT COUNT(*), MAX(revision) FROM roster_changes WHERE revision >= (SELECT revision FROM roster_state WHERE id = 1)"),
                Two(session, "SELECT COUNT(*), MAX(assigned_at) FROM people_sites"),
                string.Join(',', session.Query("SELECT name, COALESCE(site, '') FROM terminals ORDER BY name", row => $"{row.GetString(0)}={row.GetString(1)}")),
            ]);
        }, cancellationToken);
    }

    private static string Two(SqlSession session, string sql, params ReadOnlySpan<(string, object?)> values) =>
        session.Query(sql, row => $"{row.GetInt64(0)},{(row.IsDBNull(1) ? "" : Convert.ToString(row.GetValue(1), System.Globalization.CultureInfo.InvariantCulture))}", values)[0];
}
