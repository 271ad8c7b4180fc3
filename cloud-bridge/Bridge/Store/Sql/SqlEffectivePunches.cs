using System.Runtime.CompilerServices;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IEffectivePunches"/>
public sealed class SqlEffectivePunches(SqlDatabase database) : IEffectivePunches
{
    private const int Portion = 500;

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

    public Task<IReadOnlyList<StoredPunch>> OfPersonAsync(SiteScope scope, string person, long start, long until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<StoredPunch>>(session => session.Query(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.person = @person AND p.at >= @start AND p.at < @until AND {scope.Terminal("p.terminal")} ORDER BY p.at, p.id",
            PunchQuery.Read, scope.With(("@person", person), ("@start", start), ("@until", until))), cancellationToken);
    }

    public Task<StoredPunch?> FindAsync(SiteScope scope, long punchId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync(session => session.First(
            $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.id = @id AND {scope.Terminal("p.terminal")}", PunchQuery.Read, scope.With(("@id", punchId))), cancellationToken);
    }
}
