using System.Globalization;
using Devices.Contract.Messages;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Gallery;

/// <summary>What a site's terminals tell each other: whom they know, which of their records were seen, and what is still to be told.</summary>
public sealed partial class PeopleStore
{
    private const string AnyPack = "*";

    // In the place of a pack: enrolled here for another site, and for this site's others only once enrolled here again.
    private const string KeptPack = "~kept";

    private const string SiteSchema =
        """
        BEGIN IMMEDIATE;
        CREATE TABLE site_member(terminal TEXT PRIMARY KEY, public BLOB NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE site_revoked(public BLOB PRIMARY KEY, terminal TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE site_out(slot TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE site_dirty(person TEXT PRIMARY KEY, erase INTEGER NOT NULL, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE site_seen(person TEXT NOT NULL, pack TEXT NOT NULL, version INTEGER NOT NULL, terminal TEXT NOT NULL, PRIMARY KEY(person, pack)) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 3;
        COMMIT;
        """;

    /// <summary>A small fact of what came down; null where there is none.</summary>
    public string? Down(string key) => Turn(() => Value(key));

    public void SetDown(string key, string? value) => Turn(() =>
    {
        if (value is null) Run("DELETE FROM down WHERE key = $key", ("$key", key));
        else SetValue(key, value);
        return 0;
    });

    /// <summary>The other terminals that have told an exchange key, by name.</summary>
    public IReadOnlyList<SiteMember> Members() => Turn(() =>
    {
        List<SiteMember> members = [];
        using SqliteCommand command = Command("SELECT terminal, public, state FROM site_member ORDER BY terminal");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) members.Add(new(row.GetString(0), (byte[])row.GetValue(1), row.GetString(2)));
        return members;
    });

    public void PutMember(SiteMember member) => Turn(() => Run(
        "INSERT INTO site_member(terminal, public, state) VALUES ($terminal, $public, $state) ON CONFLICT(terminal) DO UPDATE SET public = $public, state = $state",
        ("$terminal", member.Terminal), ("$public", member.Public), ("$state", member.State)));

    /// <summary>Exchange keys that belong to the site no more, for ever.</summary>
    public IReadOnlyList<SiteMember> RevokedKeys() => Turn(() =>
    {
        List<SiteMember> revoked = [];
        using SqliteCommand command = Command("SELECT terminal, public FROM site_revoked ORDER BY terminal");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) revoked.Add(new(row.GetString(0), (byte[])row.GetValue(1), SiteMember.Revoked));
        return revoked;
    });

    public void Revoke(string terminal, byte[] exchange) => Turn(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        Run("INSERT OR IGNORE INTO site_revoked(public, terminal) VALUES ($public, $terminal)", ("$public", exchange), ("$terminal", terminal));
        Run("UPDATE site_member SET state = 'revoked' WHERE terminal = $terminal AND public = $public", ("$terminal", terminal), ("$public", exchange));
        transaction.Commit();
        return 0;
    });

    /// <summary>Forgets the site: members, records, what was seen; people and templates stay.</summary>
    public void ForgetSite() => Turn(() =>
    {
        Run(_connection, "BEGIN IMMEDIATE; DELETE FROM site_member; DELETE FROM site_revoked; DELETE FROM site_out; DELETE FROM site_dirty; DELETE FROM site_seen; DELETE FROM down WHERE key LIKE 'site.%' OR key LIKE 'relay.%'; COMMIT;");
        return 0;
    });

    /// <summary>
    /// The bridge gave this terminal another site: members, records and keys of the old one are forgotten. Where it shared faces there, who came
    /// from the old site's other terminals is erased (they have them), and who was enrolled here stays here and is not told to the new site.
    /// One transaction; erased people are gone from file and log when this returns.
    /// </summary>
    /// <param name="shared">Whether this terminal had the old site's key.</param>
    /// <returns>Who lost a face here, wholly or in part.</returns>
    public IReadOnlyList<Person> ChangeSite(string terminal, string exchange, bool shared) => Turn(() =>
    {
        const string others = "s.terminal <> $terminal AND s.pack NOT IN ('*', '~kept') AND NOT EXISTS (SELECT 1 FROM site_dirty d WHERE d.person = s.person)";
        List<Person> lost = [];
        using SqliteTransaction transaction = _connection.BeginTransaction();
        if (shared)
        {
            List<string> ids = Texts($"SELECT DISTINCT s.person FROM site_seen s JOIN person p ON p.id = s.person WHERE {others} ORDER BY s.person", ("$terminal", terminal));
            foreach (string id in ids)
            {
                lost.AddRange(ListCore("WHERE p.id = $key", ("$key", id)));
                Run($"DELETE FROM template WHERE person = $id AND pack IN (SELECT s.pack FROM site_seen s WHERE s.person = $id AND {others})", ("$id", id), ("$terminal", terminal));
                if (NumberOf("SELECT count(*) FROM site_seen WHERE person = $id AND terminal = $terminal AND pack NOT IN ('*', '~kept')", ("$id", id), ("$terminal", terminal)) > 0) continue;
                MarkCards(id, "person = $id AND source = 'local'", []);
                Run("DELETE FROM card WHERE person = $id AND source = 'local'", ("$id", id));
                Run("DELETE FROM person WHERE id = $id AND source = 'local'", ("$id", id));
            }

            Run("DELETE FROM site_dirty");
            Run("DELETE FROM site_seen");
            Run("""
                INSERT INTO site_seen(person, pack, version, terminal) SELECT p.id, $kept, 0, $terminal FROM person p
                WHERE EXISTS (SELECT 1 FROM template t WHERE t.person = p.id) OR EXISTS (SELECT 1 FROM card c WHERE c.person = p.id AND c.source = 'local')
                """, ("$kept", KeptPack), ("$terminal", terminal));
        }

        Run("DELETE FROM site_member");
        Run("DELETE FROM site_revoked");
        Run("DELETE FROM site_out");
        Run("DELETE FROM down WHERE key LIKE 'site.%' OR key LIKE 'relay.%'");
        SetValue("relay.exchange", exchange);
        // The key lies in a file of its own: a crash before it is gone is mended at the next look.
        if (shared) SetValue("site.leaving", "1");
        transaction.Commit();
        CutLog();
        return lost;
    });

    /// <summary>Records other than of people that wait to be sent.</summary>
    public IReadOnlyList<(string Slot, string Record)> SiteOut() => Turn(() =>
    {
        List<(string, string)> waiting = [];
        using SqliteCommand command = Command("SELECT slot, record FROM site_out ORDER BY slot");
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) waiting.Add((row.GetString(0), row.GetString(1)));
        return waiting;
    });

    public void PutOut(string slot, string record) => Turn(() =>
        Run("INSERT INTO site_out(slot, record) VALUES ($slot, $record) ON CONFLICT(slot) DO UPDATE SET record = $record", ("$slot", slot), ("$record", record)));

    public void SentOut(string slot, string record) => Turn(() => Run("DELETE FROM site_out WHERE slot = $slot AND record = $record", ("$slot", slot), ("$record", record)));

    /// <summary>People whose data the site has to be told, oldest id first.</summary>
    public IReadOnlyList<SiteDirty> Dirty(int limit) => Turn(() =>
    {
        List<SiteDirty> dirty = [];
        using SqliteCommand command = Command("SELECT person, erase, n FROM site_dirty ORDER BY person LIMIT $limit", ("$limit", limit));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) dirty.Add(new(row.GetString(0), row.GetInt64(1) != 0, row.GetInt64(2)));
        return dirty;
    });

    public long DirtyCount => Turn(() => (long)Scalar(_connection, "SELECT count(*) FROM site_dirty")!);

    /// <summary>Told; where the person changed meanwhile it stays to be told again.</summary>
    public void Clean(SiteDirty told) => Turn(() => Run("DELETE FROM site_dirty WHERE person = $id AND n = $n", ("$id", told.Person), ("$n", told.N)));

    /// <summary>Everybody with a face or a card given here is to be told; with <paramref name="unseenOnly"/> only those of whom the site has nothing.</summary>
    public void DirtyAll(bool unseenOnly) => Turn(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        // What was erased here before there was a site is nobody else's business.
        if (unseenOnly) Run("DELETE FROM site_dirty WHERE erase = 1");
        Run($"""
            INSERT INTO site_dirty(person, erase, n) SELECT p.id, 0, 1 FROM person p
            WHERE (EXISTS (SELECT 1 FROM template t WHERE t.person = p.id) OR EXISTS (SELECT 1 FROM card c WHERE c.person = p.id AND c.source = 'local'))
            AND NOT EXISTS (SELECT 1 FROM site_seen k WHERE k.person = p.id AND k.pack = '{KeptPack}')
            {(unseenOnly ? "AND NOT EXISTS (SELECT 1 FROM site_seen s WHERE s.person = p.id)" : "")} ON CONFLICT(person) DO UPDATE SET n = n + 1
            """);
        transaction.Commit();
        return 0;
    });

    /// <summary>People whose newest record this terminal wrote are to be told again: the bridge may have lost it.</summary>
    public void DirtyOwn(string terminal) => Turn(() => Run(
        "INSERT INTO site_dirty(person, erase, n) SELECT DISTINCT s.person, 0, 1 FROM site_seen s JOIN person p ON p.id = s.person WHERE s.terminal = $terminal AND s.pack NOT IN ('*', '~kept') ON CONFLICT(person) DO UPDATE SET n = n + 1",
        ("$terminal", terminal)));

    public void ForgetSeen() => Turn(() => Run("DELETE FROM site_seen WHERE pack <> $kept", ("$kept", KeptPack)));

    /// <summary>Takes the next version of a person's record, for good: one that was taken and not sent is left out.</summary>
    public long TakeVersion(string person, string? pack, string terminal) => Turn(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        long version = 1 + NumberOf("SELECT coalesce(max(version), 0) FROM site_seen WHERE person = $id", ("$id", person));
        See(person, pack ?? AnyPack, version, terminal);
        transaction.Commit();
        return version;
    });

    /// <summary>What of a person goes into a record: templates opened by pack, cards given here. Null for nobody.</summary>
    public (string Name, IReadOnlyList<string> Cards, IReadOnlyDictionary<string, List<byte[]>> Templates)? ForSite(string person) => Turn<(string, IReadOnlyList<string>, IReadOnlyDictionary<string, List<byte[]>>)?>(() =>
    {
        if (ListCore("WHERE p.id = $key", ("$key", person)).FirstOrDefault() is not { } known) return null;
        Dictionary<string, List<byte[]>> templates = new(StringComparer.Ordinal);
        using (SqliteCommand command = Command("SELECT pack, sealed FROM template WHERE person = $id ORDER BY pack, id", ("$id", person)))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read())
            {
                string pack = row.GetString(0);
                if (_vault.Unseal((byte[])row.GetValue(1), person, pack) is not { } plain) continue;
                if (!templates.TryGetValue(pack, out List<byte[]>? of)) templates[pack] = of = [];
                of.Add(plain);
            }
        }

        return (known.Name, Texts("SELECT uid FROM card WHERE person = $id AND source = 'local' ORDER BY uid", ("$id", person)), templates);
    });

    /// <summary>Takes a person's record of another terminal in. False where it is no news: an older version, or somebody who was changed here and is about to be told.</summary>
    public bool PutFromSite(SiteRecord record, string name, IReadOnlyList<string> cards, IReadOnlyList<FaceTemplate> templates, List<string> problems) => Turn(() =>
    {
        ArgumentNullException.ThrowIfNull(record);
        string person = record.Person!;
        using SqliteTransaction transaction = _connection.BeginTransaction();
        if (!IsNews(record, record.Pack!)) return false;
        See(person, record.Pack!, record.Version, record.Terminal);
        if (NumberOf("SELECT count(*) FROM site_dirty WHERE person = $id", ("$id", person)) > 0)
        {
            transaction.Commit();
            return false;
        }

        Run("INSERT INTO person(id, name, updated) VALUES ($id, $name, $now) ON CONFLICT(id) DO UPDATE SET name = $name, updated = $now WHERE source = 'local'",
            ("$id", person), ("$name", name), ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds()));
        MarkCards(person, "person = $id AND source = 'local'", cards.ToList());
        Run("DELETE FROM card WHERE person = $id AND source = 'local'", ("$id", person));
        foreach (string uid in cards)
        {
            if (NumberOf("SELECT count(*) FROM card WHERE uid = $uid AND person <> $id", ("$uid", uid), ("$id", person)) > 0)
                problems.Add($"A card that {record.Terminal} gave to {person} belongs to somebody else here; it was left there.");
            else Run("INSERT INTO card(uid, person) VALUES ($uid, $id) ON CONFLICT(uid) DO NOTHING", ("$uid", uid), ("$id", person));
        }

        Run("DELETE FROM template WHERE person = $id AND pack = $pack", ("$id", person), ("$pack", record.Pack!));
        // Sealed before a consent was withdrawn, and under way since.
        bool withdrawn = NumberOf("SELECT count(*) FROM person WHERE id = $id AND face = $word", ("$id", person), ("$word", FaceConsents.Withdrawn)) > 0;
        foreach (FaceTemplate template in withdrawn ? [] : templates)
        {
            byte[] plain = FaceTemplateCodec.Encode(template);
            byte[] closed = _vault.Seal(plain, person, record.Pack!);
            Array.Clear(plain);
            Run("INSERT INTO template(id, person, pack, sealed) VALUES ($t, $id, $pack, $sealed) ON CONFLICT(id) DO UPDATE SET person = $id, pack = $pack, sealed = $sealed",
                ("$t", template.Id.ToString("D")), ("$id", person), ("$pack", record.Pack!), ("$sealed", closed));
        }

        transaction.Commit();
        CutLog();
        return true;
    });

    /// <summary>Erases what the site knows of a person, as another terminal says; somebody of the platform's roster stays, without face and card given here. False for no news.</summary>
    public bool EraseFromSite(SiteRecord record) => Turn(() =>
    {
        ArgumentNullException.ThrowIfNull(record);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        if (!IsNews(record, AnyPack)) return false;
        See(record.Person!, AnyPack, record.Version, record.Terminal);
        bool changedHere = NumberOf("SELECT count(*) FROM site_dirty WHERE person = $id", ("$id", record.Person!)) > 0;
        if (!changedHere)
        {
            MarkCards(record.Person!, "person = $id AND source = 'local'", []);
            Run("DELETE FROM template WHERE person = $id", ("$id", record.Person!));
            Run("DELETE FROM card WHERE person = $id AND source = 'local'", ("$id", record.Person!));
            Run("DELETE FROM person WHERE id = $id AND source = 'local'", ("$id", record.Person!));
        }

        transaction.Commit();
        CutLog();
        return !changedHere;
    });

    private void MarkDirty(string person, bool erase)
    {
        // Changed here for the site that this terminal is at now.
        Run("DELETE FROM site_seen WHERE person = $id AND pack = $kept", ("$id", person), ("$kept", KeptPack));
        Run("INSERT INTO site_dirty(person, erase, n) VALUES ($id, $erase, 1) ON CONFLICT(person) DO UPDATE SET erase = $erase, n = n + 1", ("$id", person), ("$erase", erase ? 1 : 0));
    }

    // The platform says that the person left, to every terminal: nothing is to be told, and nothing old may bring them back.
    private void LeaveSite(string person)
    {
        Run("DELETE FROM site_dirty WHERE person = $id", ("$id", person));
        long version = NumberOf("SELECT coalesce(max(version), 0) FROM site_seen WHERE person = $id", ("$id", person));
        if (version > 0) See(person, AnyPack, version, "~");
    }

    // Newer than what was seen of this pack and than the last erasure.
    private bool IsNews(SiteRecord record, string pack)
    {
        using SqliteCommand command = Command(
            pack == AnyPack ? "SELECT version, terminal FROM site_seen WHERE person = $id" : "SELECT version, terminal FROM site_seen WHERE person = $id AND pack IN ($pack, '*')",
            ("$id", record.Person!), ("$pack", pack));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
            if (!SiteRules.IsNewer(record.Version, record.Terminal, row.GetInt64(0), row.GetString(1))) return false;
        return true;
    }

    private void See(string person, string pack, long version, string terminal) => Run(
        "INSERT INTO site_seen(person, pack, version, terminal) VALUES ($id, $pack, $version, $terminal) ON CONFLICT(person, pack) DO UPDATE SET version = $version, terminal = $terminal",
        ("$id", person), ("$pack", pack), ("$version", version), ("$terminal", terminal));
}

/// <summary>Another terminal and its exchange key.</summary>
public sealed record SiteMember(string Terminal, byte[] Public, string State)
{
    /// <summary>Somebody has to compare its code.</summary>
    public const string Waiting = "waiting";
    public const string Approved = "approved";

    /// <summary>The bridge has revoked it; a new key is about to be made without it.</summary>
    public const string Leaving = "leaving";
    public const string Revoked = "revoked";
}

/// <summary>A person of whom the site has to be told.</summary>
/// <param name="N">Grows with each change.</param>
public sealed record SiteDirty(string Person, bool Erase, long N);
