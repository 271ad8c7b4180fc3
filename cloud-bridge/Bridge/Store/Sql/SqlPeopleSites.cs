namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPeopleSites"/>
public sealed class SqlPeopleSites(SqlDatabase database, TimeProvider time) : IPeopleSites
{
    public Task<IReadOnlyList<AssignedSite>> OfAsync(SiteScope scope, string person, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync<IReadOnlyList<AssignedSite>>(session => session.Query(
            $"SELECT a.site, a.assigned_at, a.assigned_by FROM people_sites a WHERE a.person = @person AND {scope.Site("a.site")} ORDER BY a.site",
            row => new AssignedSite(row.GetString(0), row.GetInt64(1), row.GetString(2)), scope.With(("@person", person))), cancellationToken);
    }

    public Task<AssignVerdict> AssignAsync(SiteScope scope, string person, string site, bool assigned, string actor, string? address = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(site);
        return database.WriteAsync(session =>
        {
            var found = session.Query($"SELECT e.active FROM people e WHERE e.userid = @person AND {scope.Person("e.userid")}", row => row.GetBoolean(0), scope.With(("@person", person)));
            if (found.Count == 0) return AssignVerdict.UnknownPerson;
            if (!scope.Holds(site)) return AssignVerdict.UnknownSite;
            if (!assigned)
            {
                if (session.Execute("DELETE FROM people_sites WHERE person = @person AND site = @site", ("@person", person), ("@site", site)) == 0) return AssignVerdict.Same;
            }
            else
            {
                if (!found[0]) return AssignVerdict.Left;
                if (site.Length > 0 && session.Number("SELECT (SELECT COUNT(*) FROM terminals WHERE site = @site) + (SELECT COUNT(*) FROM site_heads WHERE site = @site)", ("@site", site)) == 0) return AssignVerdict.UnknownSite;
                if (session.Execute(
                    "INSERT INTO people_sites (person, site, assigned_at, assigned_by) VALUES (@person, @site, @now, @by) ON CONFLICT (person, site) DO NOTHING",
                    ("@person", person), ("@site", site), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@by", actor)) == 0) return AssignVerdict.Same;
            }

            SqlAuditStore.Write(session, time, actor, "people.site", person, $"{(assigned ? "assigned to" : "no longer assigned to")} {SiteNames.Shown(site)}", address);
            return AssignVerdict.Done;
        }, cancellationToken);
    }
}
