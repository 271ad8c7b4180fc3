using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="ISiteStore"/>
public sealed class SqlSiteStore(SqlDatabase database, TimeProvider time) : ISiteStore
{
    /// <summary>Most records of one site: a person has one a model pack.</summary>
    public const int MaxRecords = 100_000;

    private const string SiteOf = "COALESCE((SELECT t.site FROM terminals t WHERE t.name = @terminal), '')";

    public Task<KeepVerdict> KeepAsync(string terminal, SiteRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return database.WriteAsync(session => Keep(session, session.Text($"SELECT {SiteOf}", ("@terminal", terminal)) ?? "", record), cancellationToken);
    }

    public Task<long> HeadAsync(string terminal, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number($"SELECT h.revision FROM site_heads h WHERE h.site = {SiteOf}", ("@terminal", terminal)), cancellationToken);

    public Task<IReadOnlyList<KeptRecord>> AfterAsync(string terminal, long revision, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<KeptRecord>>(session => session.Query(
            $"SELECT r.revision, r.record FROM site_records r WHERE r.site = {SiteOf} AND r.revision > @revision ORDER BY r.revision LIMIT @limit",
            row => new KeptRecord(row.GetInt64(0), Read(row.GetString(1))), ("@terminal", terminal), ("@revision", revision), ("@limit", (long)limit)), cancellationToken);

    public Task<int> ErasePersonAsync(string person, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => session.Execute("DELETE FROM site_records WHERE person = @person", ("@person", person)), cancellationToken);

    public Task<bool> MarkRevokedAsync(CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        int changed = session.Execute(
            "DELETE FROM site_records WHERE kind = 'revoked' AND terminal IN (SELECT t.name FROM terminals t WHERE t.revoked_at IS NULL)");
        List<(string Site, string Name)> gone = session.Query(
            """
            SELECT r.site, r.terminal FROM site_records r JOIN terminals t ON t.name = r.terminal
            WHERE r.kind = 'member' AND t.revoked_at IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM site_records o WHERE o.site = r.site AND o.kind = 'revoked' AND o.terminal = r.terminal)
            """,
            row => (row.GetString(0), row.GetString(1)));
        foreach ((string site, string name) in gone) Keep(session, site, new() { Kind = SiteKinds.Revoked, Terminal = name, Body = "" });
        return changed + gone.Count > 0;
    }, cancellationToken);

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

    private KeepVerdict Keep(SqlSession session, string site, SiteRecord record)
    {
        string slot = SlotOf(record);
        if (record.Kind is SiteKinds.Person or SiteKinds.Erase)
        {
            if (session.Number("SELECT COUNT(*) FROM people WHERE userid = @id AND NOT active", ("@id", record.Person)) > 0) return KeepVerdict.Left;
            List<SiteRecord> there = session.Query(
                "SELECT record FROM site_records WHERE site = @site AND person = @person AND (slot = @slot OR kind = 'erase')",
                row => Read(row.GetString(0)), ("@site", site), ("@person", record.Person), ("@slot", slot));
            if (there.Any(one => !SiteRules.IsNewer(record.Version, record.Terminal, one.Version, one.Terminal))) return KeepVerdict.Older;
        }
        if (session.Number("SELECT COUNT(*) FROM site_records WHERE site = @site", ("@site", site)) >= MaxRecords) return KeepVerdict.Full;
        if (record.Kind == SiteKinds.Erase) session.Execute("DELETE FROM site_records WHERE site = @site AND person = @person", ("@site", site), ("@person", record.Person));
        else session.Execute("DELETE FROM site_records WHERE site = @site AND slot = @slot", ("@site", site), ("@slot", slot));
        session.Execute("INSERT INTO site_heads (site, revision) VALUES (@site, 1) ON CONFLICT (site) DO UPDATE SET revision = site_heads.revision + 1", ("@site", site));
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
