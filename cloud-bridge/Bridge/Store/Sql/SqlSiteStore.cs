using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ISiteStore"/>
/// <param name="requireConsent">Whether a face is handed on only with a consent in force; without one it is kept and withheld.</param>
public sealed class SqlSiteStore(SqlDatabase database, TimeProvider time, bool requireConsent = false) : ISiteStore
{
    /// <summary>Most records of one site: a person has one a model pack.</summary>
    public const int MaxRecords = 100_000;

    private const string SiteOf = "COALESCE((SELECT t.site FROM terminals t WHERE t.name = @terminal), '')";

    public Task<KeepVerdict> KeepAsync(string terminal, SiteRecord record, Func<string, Guid> line, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(line);
        return database.WriteAsync(session =>
        {
            SiteExchange site = Exchange(session, terminal);
            // What it was sealed for is the site that the terminal knows of: it may not have heard yet that it has another one.
            string? known = session.Text("SELECT line FROM relay_reach WHERE terminal = @terminal", ("@terminal", terminal));
            return known is not null && known != line(site.Salt).Text() ? KeepVerdict.Elsewhere : Keep(session, time, site.Name, record);
        }, cancellationToken);
    }

    public Task<SiteExchange> ExchangeAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => Exchange(session, terminal), cancellationToken);

    public Task<long> NewsAsync(CancellationToken cancellationToken = default) => database.ReadAsync(DownlinkNews.Read, cancellationToken);

    public Task<long> HeadAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number($"SELECT h.revision FROM site_heads h WHERE h.site = {SiteOf}", ("@terminal", terminal)), cancellationToken);

    public Task<IReadOnlyList<KeptRecord>> AfterAsync(string terminal, long revision, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<KeptRecord>>(session => session.Query(
            $"""
            SELECT r.revision, r.record FROM site_records r WHERE r.site = {SiteOf} AND r.revision > @revision
              AND (NOT @require OR r.kind <> 'person' OR r.slot = 'person||' || r.person
                OR EXISTS (SELECT 1 FROM face_consents c WHERE c.person = r.person AND c.withdrawn_at IS NULL))
            ORDER BY r.revision LIMIT @limit
            """,
            row => new KeptRecord(row.GetInt64(0), Read(row.GetString(1))),
            ("@terminal", terminal), ("@revision", revision), ("@limit", (long)limit), ("@require", requireConsent)), cancellationToken);

    public Task<int> ErasePersonAsync(string person, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("DELETE FROM site_records WHERE person = @person", ("@person", person)), cancellationToken);

    public Task<bool> MarkGoneAsync(CancellationToken cancellationToken = default) => database.WriteAsync(session => MarkGone(session, time), cancellationToken);

    public Task SaveReachAsync(string terminal, RelayApplied applied, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(applied);
        return database.WriteAsync(session => session.Execute(
            """
            INSERT INTO relay_reach (terminal, line, revision, confirmed_at, problem) VALUES (@terminal, @line, @revision, @now, @problem)
            ON CONFLICT (terminal) DO UPDATE SET line = @line, revision = @revision, confirmed_at = @now, problem = @problem
            """,
            ("@terminal", terminal), ("@line", applied.Line.Text()), ("@revision", applied.Revision), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("@problem", applied.Problem)), cancellationToken);
    }

    /// <summary>Who has told an exchange key at a site, and is revoked or belongs to another site now, is named to the site's others; and the reverse.</summary>
    internal static bool MarkGone(SqlSession session, TimeProvider time)
    {
        int changed = session.Execute(
            """
            DELETE FROM site_records WHERE kind = 'revoked'
              AND EXISTS (SELECT 1 FROM terminals t WHERE t.name = site_records.terminal AND t.revoked_at IS NULL AND COALESCE(t.site, '') = site_records.site)
            """);
        List<(string Site, string Name)> gone = session.Query(
            """
            SELECT r.site, r.terminal FROM site_records r JOIN terminals t ON t.name = r.terminal
            WHERE r.kind = 'member' AND (t.revoked_at IS NOT NULL OR COALESCE(t.site, '') <> r.site)
              AND NOT EXISTS (SELECT 1 FROM site_records o WHERE o.site = r.site AND o.kind = 'revoked' AND o.terminal = r.terminal)
            """,
            row => (row.GetString(0), row.GetString(1)));
        foreach ((string site, string name) in gone) Keep(session, time, site, new() { Kind = SiteKinds.Revoked, Terminal = name, Body = "" });
        return changed + gone.Count > 0;
    }

    private static SiteExchange Exchange(SqlSession session, string terminal) => session.First(
        "SELECT COALESCE(t.site, ''), COALESCE(h.salt, '') FROM terminals t LEFT JOIN site_heads h ON h.site = COALESCE(t.site, '') WHERE t.name = @terminal",
        row => new SiteExchange(row.GetString(0), row.GetString(1)), ("@terminal", terminal)) ?? new("", "");

    private static KeepVerdict Keep(SqlSession session, TimeProvider time, string site, SiteRecord record)
    {
        string slot = SlotOf(record);
        // Two terminals at two nodes may send a record for one slot at one moment.
        session.Dialect.WaitForTurn(session, "site " + site);
        if (record.Kind is SiteKinds.Person or SiteKinds.Erase)
        {
            if (session.Number("SELECT COUNT(*) FROM people WHERE userid = @id AND NOT active", ("@id", record.Person)) > 0) return KeepVerdict.Left;
            if (record is { Kind: SiteKinds.Person, Pack.Length: > 0 } && session.Number(
                "SELECT COUNT(*) FROM face_consents c WHERE c.person = @id AND c.id = (SELECT MAX(n.id) FROM face_consents n WHERE n.person = @id) AND c.withdrawn_at IS NOT NULL", ("@id", record.Person)) > 0)
                return KeepVerdict.Left;
            List<SiteRecord> there = session.Query(
                "SELECT record FROM site_records WHERE site = @site AND person = @person AND (slot = @slot OR kind = 'erase')",
                row => Read(row.GetString(0)), ("@site", site), ("@person", record.Person), ("@slot", slot));
            if (there.Any(one => !SiteRules.IsNewer(record.Version, record.Terminal, one.Version, one.Terminal))) return KeepVerdict.Older;
        }
        if (session.Number("SELECT COUNT(*) FROM site_records WHERE site = @site", ("@site", site)) >= MaxRecords) return KeepVerdict.Full;
        if (record.Kind == SiteKinds.Erase) session.Execute("DELETE FROM site_records WHERE site = @site AND person = @person", ("@site", site), ("@person", record.Person));
        else session.Execute("DELETE FROM site_records WHERE site = @site AND slot = @slot", ("@site", site), ("@slot", slot));
        SqlTerminalSites.Open(session, site);
        session.Execute("UPDATE site_heads SET revision = revision + 1 WHERE site = @site", ("@site", site));
        session.Execute(
            """
            INSERT INTO site_records (site, revision, slot, kind, terminal, person, record, received_at)
            SELECT h.site, h.revision, @slot, @kind, @writer, @person, @record, @now FROM site_heads h WHERE h.site = @site
            """,
            ("@site", site), ("@slot", slot), ("@kind", record.Kind), ("@writer", record.Terminal), ("@person", record.Person),
            ("@record", System.Text.Encoding.UTF8.GetString(ContractCodec.Write(record, ContractJson.Default.SiteRecord))), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        return KeepVerdict.Kept;
    }

    private static string SlotOf(SiteRecord record) => record.Kind switch
    {
        SiteKinds.Grant => $"grant|{record.Terminal}|{record.To}",
        SiteKinds.Person => $"person|{record.Pack}|{record.Person}",
        SiteKinds.Erase => $"erase|{record.Person}",
        _ => $"{record.Kind}|{record.Terminal}",
    };

    private static SiteRecord Read(string json) =>
        ContractCodec.TryRead(System.Text.Encoding.UTF8.GetBytes(json), ContractJson.Default.SiteRecord, out SiteRecord? record, out _)
            ? record! : throw new InvalidOperationException("A site's record in the store is not one that was put there.");
}
