using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ITerminalSites"/>
public sealed class SqlTerminalSites(SqlDatabase database, TimeProvider time) : ITerminalSites
{
    public Task<IReadOnlyList<SiteRow>> ListSitesAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<SiteRow>>(session => session.Query(
            """
            SELECT s.name, (SELECT COUNT(*) FROM terminals t WHERE COALESCE(t.site, '') = s.name), (SELECT COUNT(*) FROM site_records r WHERE r.site = s.name)
            FROM (SELECT '' AS name UNION SELECT site FROM terminals WHERE site IS NOT NULL UNION SELECT site FROM site_heads) s ORDER BY s.name
            """,
            row => new SiteRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2))), cancellationToken);

    public Task<SiteChange> SetSiteAsync(string terminal, string site, bool agreed, string actor, string? address = null, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            if (session.Text($"SELECT COALESCE(site, '') FROM terminals WHERE name = @terminal{session.Dialect.Locked}", ("@terminal", terminal)) is not { } from)
                return new SiteChange(SiteVerdict.Unknown, "", 0, false);
            if (from == site) return new(SiteVerdict.Same, from, 0, false);
            long punches = session.Number("SELECT SUM(through) FROM ledgers WHERE terminal = @terminal", ("@terminal", terminal));
            bool sharing = session.Number("SELECT COUNT(*) FROM site_records WHERE site = @site AND kind = 'member' AND terminal = @terminal", ("@site", from), ("@terminal", terminal)) > 0;
            if (!agreed && (punches > 0 || sharing)) return new(SiteVerdict.Consequences, from, punches, sharing);
            session.Execute("UPDATE terminals SET site = @site WHERE name = @terminal", ("@site", site.Length == 0 ? null : site), ("@terminal", terminal));
            Open(session, site);
            SqlSiteStore.MarkGone(session, time);
            SqlAuditStore.Write(session, time, actor, "terminal.site", terminal,
                string.Create(CultureInfo.InvariantCulture, $"{SiteNames.Shown(from)} to {SiteNames.Shown(site)}; {punches} punches{(sharing ? ", shared faces with the old site" : "")}"), address);
            DownlinkNews.Tell(session);
            return new(SiteVerdict.Done, from, punches, sharing);
        }, cancellationToken);

    public Task<SiteVerdict> RenameSiteAsync(string from, string name, string actor, string? address = null, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session =>
        {
            if (from == name) return SiteVerdict.Same;
            long terminals = session.Number("SELECT COUNT(*) FROM terminals WHERE COALESCE(site, '') = @site", ("@site", from));
            if (terminals == 0 && session.Number("SELECT COUNT(*) FROM site_heads WHERE site = @site", ("@site", from)) == 0) return SiteVerdict.Unknown;
            if (session.Number("SELECT COUNT(*) FROM terminals WHERE COALESCE(site, '') = @site", ("@site", name)) > 0
                || session.Number("SELECT COUNT(*) FROM site_records WHERE site = @site", ("@site", name)) > 0) return SiteVerdict.Taken;
            // A name that was used before and is empty: its count of revisions goes with it.
            session.Execute("DELETE FROM site_heads WHERE site = @site", ("@site", name));
            Open(session, from);
            session.Execute("UPDATE site_heads SET site = @to WHERE site = @from", ("@to", name), ("@from", from));
            session.Execute("UPDATE site_records SET site = @to WHERE site = @from", ("@to", name), ("@from", from));
            session.Execute("UPDATE terminals SET site = @to WHERE COALESCE(site, '') = @from", ("@to", name.Length == 0 ? null : name), ("@from", from));
            // Whoever saw the site sees it under its new name. Who was given the new name for a site that is no more does not come to see this one.
            foreach (string table in (ReadOnlySpan<string>)["account_sites", "people_sites", "wifi_policies", "wifi_phones", "wifi_days"])
            {
                session.Execute($"DELETE FROM {table} WHERE site = @to", ("@to", name));
                session.Execute($"UPDATE {table} SET site = @to WHERE site = @from", ("@to", name), ("@from", from));
            }
            session.Execute("DELETE FROM config_layers WHERE scope = 'site' AND name = @to", ("@to", name));
            session.Execute("UPDATE config_layers SET name = @to WHERE scope = 'site' AND name = @from", ("@to", name), ("@from", from));
            // The name left behind is another site from now on, also where it is the main one.
            session.Execute("INSERT INTO site_heads (site, revision, salt) VALUES (@site, 0, @salt)", ("@site", from), ("@salt", NewSalt()));
            SqlAuditStore.Write(session, time, actor, "site.rename", SiteNames.Shown(name), string.Create(CultureInfo.InvariantCulture, $"from {SiteNames.Shown(from)}; {terminals} terminals"), address);
            DownlinkNews.Tell(session);
            return SiteVerdict.Done;
        }, cancellationToken);

    /// <summary>Makes a site's count of revisions, where it has none.</summary>
    internal static void Open(SqlSession session, string site) => session.Execute(
        "INSERT INTO site_heads (site, revision, salt) VALUES (@site, 0, @salt) ON CONFLICT (site) DO NOTHING", ("@site", site), ("@salt", site.Length == 0 ? "" : NewSalt()));

    private static string NewSalt() => Guid.NewGuid().ToString("N");
}
