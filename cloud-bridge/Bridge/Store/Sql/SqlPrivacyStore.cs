using System.Data.Common;
using System.Text.Json;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPrivacyStore"/>
public sealed class SqlPrivacyStore(SqlDatabase database, TimeProvider time) : IPrivacyStore
{
    /// <summary>What stands where a name stood.</summary>
    public const string Nobody = "–";

    internal const string Consent = "c.id, c.person, c.text_version, c.channel, c.given_at, c.recorded_at, c.recorded_by, c.withdrawn_at, c.withdrawn_by, c.revision";

    public Task<bool> AddConsentAsync(string person, string textVersion, string channel, long givenAt, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (session.Number("SELECT COUNT(*) FROM face_consents WHERE person = @person AND withdrawn_at IS NULL", ("@person", person)) > 0) return false;
        session.Execute(
            "INSERT INTO face_consents (person, text_version, channel, given_at, recorded_at, recorded_by) VALUES (@person, @version, @channel, @given, @now, @by)",
            ("@person", person), ("@version", textVersion), ("@channel", channel), ("@given", givenAt), ("@now", Now()), ("@by", by));
        Hand(session, person);
        Again(session, person, "change");
        SqlAuditStore.Write(session, time, by, "consent.face", person, $"wording {textVersion}, by {channel}", null);
        return true;
    }, cancellationToken);

    public Task<long?> WithdrawConsentAsync(string person, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (session.Execute("UPDATE face_consents SET withdrawn_at = @now, withdrawn_by = @by WHERE person = @person AND withdrawn_at IS NULL", ("@now", Now()), ("@by", by), ("@person", person)) == 0)
            return (long?)null;
        // A record without templates holds cards only: it stays.
        session.Execute("DELETE FROM site_records WHERE person = @person AND kind = 'person' AND slot <> 'person||' || person", ("@person", person));
        // Whoever has left goes wholly: nothing comes after it that would say the rest.
        long revision = Wipe(session, person, faceOnly: session.Number("SELECT COUNT(*) FROM people WHERE userid = @person AND active", ("@person", person)) > 0);
        session.Execute("UPDATE face_consents SET revision = @revision WHERE person = @person AND withdrawn_at IS NOT NULL AND revision IS NULL", ("@revision", revision), ("@person", person));
        SqlAuditStore.Write(session, time, by, "consent.withdraw", person, $"face templates are erased here and at terminals (revision {revision})", null);
        return revision;
    }, cancellationToken);

    public Task<int> TellRequirementAsync(bool required, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        const string Key = "faces.require_consent";
        if ((session.Text("SELECT value FROM settings WHERE key = @key", ("@key", Key)) ?? "0") == (required ? "1" : "0")) return 0;
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now) ON CONFLICT (key) DO UPDATE SET value = @value, updated_at = @now", ("@key", Key), ("@value", required ? "1" : "0"), ("@now", Now()));
        const string Without = "p.active AND NOT EXISTS (SELECT 1 FROM face_consents f WHERE f.person = p.userid AND f.withdrawn_at IS NULL)";
        long count = session.Number($"SELECT COUNT(*) FROM people p WHERE {Without}");
        if (count == 0) return 0;
        long last = session.Number("UPDATE roster_state SET revision = revision + @count WHERE id = 1 RETURNING revision", ("@count", count));
        session.Execute(
            $"""
            INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at)
            SELECT @base + ROW_NUMBER() OVER (ORDER BY p.userid), p.userid, 'change', p.name, p.job_number,
              COALESCE((SELECT x.departments FROM roster_changes x WHERE x.userid = p.userid ORDER BY x.revision DESC LIMIT 1), ''), @now
            FROM people p WHERE {Without}
            """,
            ("@base", last - count), ("@now", Now()));
        DownlinkNews.Tell(session);
        return (int)count;
    }, cancellationToken);

    public Task<IReadOnlyList<FaceConsent>> ConsentsAsync(string person, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<FaceConsent>>(session =>
        session.Query($"SELECT {Consent} FROM face_consents c WHERE c.person = @person ORDER BY c.id DESC", row => ReadConsent(row, 0)!, ("@person", person)), cancellationToken);

    public Task<IReadOnlyList<ConsentState>> ConsentStatesAsync(SiteScope scope, bool missing, int limit, string? person = null, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<ConsentState>>(session => session.Query(
            $"""
            SELECT p.userid, p.name, p.active, (SELECT COUNT(*) FROM site_records r WHERE r.person = p.userid AND r.kind = 'person'), {Consent}
            FROM people p LEFT JOIN face_consents c ON c.id = (SELECT MAX(n.id) FROM face_consents n WHERE n.person = p.userid)
            WHERE p.active AND {scope.Person("p.userid")} AND (NOT @missing OR c.id IS NULL OR c.withdrawn_at IS NOT NULL) AND (CAST(@one AS TEXT) IS NULL OR p.userid = @one)
            ORDER BY p.name, p.userid LIMIT @limit
            """,
            row => new ConsentState(row.GetString(0), row.GetString(1), row.GetBoolean(2), ReadConsent(row, 4), row.GetInt64(3)),
            scope.With(("@missing", missing), ("@limit", limit), ("@one", person))), cancellationToken);

    public Task<(ErasureVerdict Verdict, ErasedPerson? Erased)> EraseAsync(string person, string by, string reason, long at, bool force, CancellationToken cancellationToken = default) =>
        database.WriteAsync<(ErasureVerdict, ErasedPerson?)>(session =>
        {
            if (Find(session, person) is { } before) return (ErasureVerdict.Before, before);
            string? name = session.Text("SELECT name FROM people WHERE userid = @person", ("@person", person));
            if (name is null && session.Number("SELECT COUNT(*) FROM people_terminals WHERE person = @person", ("@person", person)) == 0 && !force) return (ErasureVerdict.Unknown, null);
            bool active = session.Number("SELECT COUNT(*) FROM people WHERE userid = @person AND active", ("@person", person)) > 0;
            if (active && !force) return (ErasureVerdict.StillThere, null);
            if (active) session.Execute("UPDATE people SET active = FALSE, left_at = @now WHERE userid = @person", ("@now", Now()), ("@person", person));
            // The words about them first: they are found by the name.
            Dictionary<string, long> done = new()
            {
                // As they name a person, with the id: a short name alone may be a part of any word.
                ["exceptions"] = session.Execute(
                    "UPDATE exceptions SET text = REPLACE(text, @named, @nobody) WHERE source = 'roster' AND REPLACE(text, @named, @nobody) <> text", ("@named", $"{name} ({person})"), ("@nobody", $"{Nobody} ({person})")),
                ["notices"] = session.Execute("UPDATE notices SET text = @nobody WHERE person = @person", ("@nobody", Nobody), ("@person", person)),
                ["notice_consents"] = session.Execute(
                    "UPDATE notice_consents SET given_by = @nobody, recipient = @nobody, ended_at = COALESCE(ended_at, @now), ended_by = COALESCE(ended_by, @by) WHERE person = @person",
                    ("@nobody", Nobody), ("@now", Now()), ("@by", by), ("@person", person)),
                ["wifi"] = SqlWifiStore.Forget(session, person, by, Now()),
                ["sealed_records"] = session.Execute("DELETE FROM site_records WHERE person = @person", ("@person", person)),
                // A reason is free text and may name them; whose punch it is about stays, as in the punches, under the id.
                ["corrections"] = session.Execute("UPDATE corrections SET reason = '(erased)' WHERE (person = @person OR to_person = @person) AND reason <> '(erased)'", ("@person", person)),
                // Files that were made may hold the name: they all end now, and can be made again.
                ["exports"] = session.Execute("UPDATE exports SET expires_at = @now WHERE state = 'done' AND expires_at > @now", ("@now", Now()))
                    + session.Execute("UPDATE exports SET state = 'waiting' WHERE state = 'running'"), // begins anew, without the name
                ["departments"] = session.Execute("DELETE FROM people_departments WHERE userid = @person", ("@person", person)),
                ["sites"] = session.Execute("DELETE FROM people_sites WHERE person = @person", ("@person", person)),
                ["names"] = session.Execute("UPDATE people SET name = @nobody, order_en = '', order_zh = '', job_number = NULL, updated_at = @now WHERE userid = @person", ("@nobody", Nobody), ("@now", Now()), ("@person", person))
                    + session.Execute("UPDATE roster_changes SET name = @nobody, job_number = NULL, departments = '' WHERE userid = @person", ("@nobody", Nobody), ("@person", person)),
            };
            session.Execute("UPDATE face_consents SET withdrawn_at = @now, withdrawn_by = @by WHERE person = @person AND withdrawn_at IS NULL", ("@now", Now()), ("@by", by), ("@person", person));
            long revision = Wipe(session, person);
            session.Execute(
                "INSERT INTO privacy_erasures (person, erased_at, erased_by, reason, revision, done) VALUES (@person, @at, @by, @reason, @revision, @done)",
                ("@person", person), ("@at", at), ("@by", by), ("@reason", reason), ("@revision", revision), ("@done", JsonSerializer.Serialize(done)));
            SqlAuditStore.Write(session, time, by, "privacy.erase", person, $"{reason} (revision {revision})", null);
            return (ErasureVerdict.Erased, Find(session, person));
        }, cancellationToken);

    public Task<IReadOnlyList<ErasedPerson>> ErasedAsync(int limit, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<ErasedPerson>>(session =>
        session.Query("SELECT id, person, erased_at, erased_by, reason, revision, done FROM privacy_erasures ORDER BY id DESC LIMIT @limit", ReadErased, ("@limit", limit)), cancellationToken);

    public Task<ErasedPerson?> FindErasedAsync(string person, CancellationToken cancellationToken = default) => database.ReadAsync(session => Find(session, person), cancellationToken);

    public Task<IReadOnlyList<TerminalErasure>> TerminalsAsync(string person, long revision, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<TerminalErasure>>(session => session.Query(
            """
            SELECT t.name, COALESCE(t.site, ''), COALESCE(r.revision, 0) >= @revision, r.confirmed_at, e.templates, e.cards, e.pins, t.revoked_at IS NOT NULL
            FROM terminals t LEFT JOIN roster_reach r ON r.terminal = t.name
            LEFT JOIN erasures e ON e.terminal = t.name AND e.person = @person AND e.revision = (SELECT MAX(n.revision) FROM erasures n WHERE n.terminal = t.name AND n.person = @person)
            WHERE NOT t.made ORDER BY t.name
            """,
            row => new TerminalErasure(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(2) ? row.LongOrNull(3) : null, row.LongOrNull(4), row.LongOrNull(5), row.LongOrNull(6), row.GetBoolean(7)),
            ("@person", person), ("@revision", revision)), cancellationToken);

    public Task<IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>>> RowsOfAsync(string person, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>>>(session =>
        {
            Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, object?>>> all = new(StringComparer.Ordinal);
            foreach ((string name, string sql) in Speaking) all[name] = session.Query(sql, Row, ("@person", person));
            return all;
        }, cancellationToken);

    // Sealed records are named and not given: the bridge cannot open them, and they are not only this person's.
    private static readonly (string Name, string Sql)[] Speaking =
    [
        ("person", "SELECT userid, name, job_number, active, first_seen_at, left_at FROM people WHERE userid = @person"),
        ("roster_history", "SELECT revision, kind, name, job_number, departments, at FROM roster_changes WHERE userid = @person ORDER BY revision"),
        ("departments", "SELECT d.id, d.name FROM people_departments m JOIN departments d ON d.id = m.department_id WHERE m.userid = @person ORDER BY d.id"),
        ("sites", "SELECT site, assigned_at, assigned_by FROM people_sites WHERE person = @person ORDER BY site"),
        ("punches", "SELECT terminal, ledger, seq, at, clock, uncertainty_ms, method, direction, score, threshold, liveness, pack, photo, received_at FROM punches WHERE person = @person ORDER BY at, id"),
        ("deliveries", "SELECT o.target, o.at, o.state, o.attempts, o.sent_at, o.delivered_at, o.reason_code FROM outbox o WHERE o.person = @person ORDER BY o.at, o.target"),
        ("corrections", "SELECT c.*, d.verdict, d.by_whom AS decided_by, d.at AS decided_at, d.note FROM corrections c LEFT JOIN correction_decisions d ON d.correction_id = c.id WHERE c.person = @person OR c.to_person = @person ORDER BY c.id"),
        ("face_consents", "SELECT text_version, channel, given_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by FROM face_consents WHERE person = @person ORDER BY id"),
        ("wifi_phones", "SELECT site, hint, private, text_version, channel, given_at, recorded_at, recorded_by, withdrawn_at, withdrawn_by FROM wifi_phones WHERE person = @person ORDER BY id"),
        ("wifi_reports", "SELECT router, kind, at, uncertainty_ms, received_at FROM wifi_reports WHERE person = @person ORDER BY at, id"),
        ("notice_consents", "SELECT recipient, text_version, given_by, given_at, recorded_by, ended_at, ended_by FROM notice_consents WHERE person = @person ORDER BY id"),
        ("notices", "SELECT kind, text, state, created_at, sent_at FROM notices WHERE person = @person ORDER BY id"),
        ("photos", "SELECT terminal, ledger, seq, sha256, at, bytes, received_at, removed_at, removed_why FROM photos WHERE person = @person ORDER BY at"),
        ("enrolled_at_sites", "SELECT site, kind, terminal, received_at FROM site_records WHERE person = @person ORDER BY site, revision"),
        ("erasures_at_terminals", "SELECT terminal, revision, erased_at, templates, cards, pins, confirmed_at FROM erasures WHERE person = @person ORDER BY confirmed_at, terminal"),
        ("audit", "SELECT at, actor, action, target, detail FROM audit WHERE target = @person ORDER BY id"),
    ];

    /// <summary>A change that every terminal is told, whatever came after it; who is still here comes back after it, and so without what was erased.</summary>
    private long Wipe(SqlSession session, string person, bool faceOnly = false)
    {
        long revision = Next(session);
        session.Execute(
            """
            INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at, wipe, face_only)
            VALUES (@revision, @person, 'leave', COALESCE((SELECT name FROM people WHERE userid = @person), @nobody), NULL, '', @now, @yes, @face)
            """,
            ("@revision", revision), ("@person", person), ("@nobody", Nobody), ("@now", Now()), ("@yes", true), ("@face", faceOnly));
        Again(session, person, "join");
        DownlinkNews.Tell(session);
        return revision;
    }

    // Whoever works here, as they are, under a new revision: terminals are told what stands against their face, or no longer does.
    private void Again(SqlSession session, string person, string kind)
    {
        if (session.Number("SELECT COUNT(*) FROM people WHERE userid = @person AND active", ("@person", person)) == 0) return;
        List<string> departments = session.Query("SELECT department_id FROM people_departments WHERE userid = @person ORDER BY department_id", row => row.GetInt64(0).ToString(System.Globalization.CultureInfo.InvariantCulture), ("@person", person));
        session.Execute(
            """
            INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at)
            SELECT @revision, userid, @kind, name, job_number, @departments, @now FROM people WHERE userid = @person
            """,
            ("@revision", Next(session)), ("@person", person), ("@kind", kind), ("@departments", string.Join(',', departments)), ("@now", Now()));
    }

    // What was withheld until there was a consent is handed on now: under new revisions, so that nobody has passed it.
    private static void Hand(SqlSession session, string person)
    {
        foreach ((string site, long old) in session.Query("SELECT site, revision FROM site_records WHERE person = @person AND kind = 'person'", row => (row.GetString(0), row.GetInt64(1)), ("@person", person)))
        {
            session.Execute("UPDATE site_heads SET revision = revision + 1 WHERE site = @site", ("@site", site));
            session.Execute(
                "UPDATE site_records SET revision = (SELECT h.revision FROM site_heads h WHERE h.site = @site) WHERE site = @site AND revision = @old", ("@site", site), ("@old", old));
        }

        DownlinkNews.Tell(session);
    }

    private static long Next(SqlSession session) => session.Number("UPDATE roster_state SET revision = revision + 1 WHERE id = 1 RETURNING revision");

    private static ErasedPerson? Find(SqlSession session, string person) =>
        session.First("SELECT id, person, erased_at, erased_by, reason, revision, done FROM privacy_erasures WHERE person = @person", ReadErased, ("@person", person));

    private static ErasedPerson ReadErased(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetString(6));

    internal static FaceConsent? ReadConsent(DbDataReader row, int at) => row.IsDBNull(at) ? null : new(
        row.GetInt64(at), row.GetString(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.GetInt64(at + 4), row.GetInt64(at + 5), row.GetString(at + 6),
        row.LongOrNull(at + 7), row.TextOrNull(at + 8), row.LongOrNull(at + 9));

    private static IReadOnlyDictionary<string, object?> Row(DbDataReader row) =>
        Enumerable.Range(0, row.FieldCount).ToDictionary(row.GetName, i => row.IsDBNull(i) ? null : row.GetValue(i), StringComparer.Ordinal);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
