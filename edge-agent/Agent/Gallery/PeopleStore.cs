using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Gallery;

/// <summary>
/// <c>gallery.db</c>: people, their cards, their sealed templates. One connection, one turn at a time; every change is one
/// transaction. <c>secure_delete</c> overwrites what is erased, and the write-ahead log is cut after an erasure, so that no template
/// stays readable on the disk (design section 10).
/// </summary>
public sealed partial class PeopleStore : IDisposable
{
    private const int Schema = 4;
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly TemplateVault _vault;
    private readonly TimeProvider _time;

    private PeopleStore(SqliteConnection connection, TemplateVault vault, TimeProvider time)
    {
        _connection = connection;
        _vault = vault;
        _time = time;
    }

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="GalleryException">With a sentence; nothing was deleted.</exception>
    public static PeopleStore Open(string path, TemplateVault vault, TimeProvider time)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            if (!File.Exists(path))
                File.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            connection.Open();
            Run(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA wal_checkpoint(PASSIVE);");
            long version = (long)Scalar(connection, "PRAGMA user_version")!;
            if (version > Schema) throw new GalleryException($"The gallery {path} was made by a newer version of the agent (schema {version}); install that version.");
            if (version == 0)
            {
                Run(connection, """
                    BEGIN IMMEDIATE;
                    CREATE TABLE person(id TEXT PRIMARY KEY, name TEXT NOT NULL, updated INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TABLE card(uid TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person(id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
                    CREATE INDEX card_person ON card(person);
                    CREATE TABLE template(id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person(id) ON DELETE CASCADE, pack TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
                    CREATE INDEX template_person ON template(person, pack);
                    PRAGMA user_version = 1;
                    COMMIT;
                    """);
            }

            if (version < 2) Run(connection, RosterSchema);
            if (version < 3) Run(connection, SiteSchema);
            if (version < 4) Run(connection, "BEGIN IMMEDIATE; ALTER TABLE person ADD COLUMN face TEXT; PRAGMA user_version = 4; COMMIT;");
            return new(connection, vault, time);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw new GalleryException($"The gallery {path} cannot be opened: {fault.Message} It was left as it is.", fault);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Puts a person in or replaces what is given, in one transaction.</summary>
    /// <param name="cards">Null leaves the cards as they are.</param>
    /// <param name="templates">Null leaves the templates as they are; else the person's templates of <paramref name="pack"/> are exactly these afterwards.</param>
    /// <returns>Null, or one sentence why not (a card belongs to someone else).</returns>
    public string? Put(string id, string name, IReadOnlyCollection<string>? cards, IReadOnlyCollection<FaceTemplate>? templates, PackRef? pack) => Turn(() =>
    {
        if (cards is not null)
        {
            foreach (string uid in cards)
            {
                if (FindByCardCore(uid) is { } owner && owner.Id != id)
                    return $"Card {uid} already belongs to {owner.Name} ({owner.Id}); take it from that person first.";
            }
        }

        using SqliteTransaction transaction = _connection.BeginTransaction();
        Run("INSERT INTO person(id, name, updated) VALUES ($id, $name, $now) ON CONFLICT(id) DO UPDATE SET name = $name, updated = $now",
            ("$id", id), ("$name", name), ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds()));
        if (cards is not null)
        {
            // Cards that the platform gave are the platform's to take.
            MarkCards(id, "person = $id AND source = 'local'", cards);
            Run("DELETE FROM card WHERE person = $id AND source = 'local'", ("$id", id));
            foreach (string uid in cards.Distinct(StringComparer.Ordinal)) Run("INSERT INTO card(uid, person) VALUES ($uid, $id) ON CONFLICT(uid) DO NOTHING", ("$uid", uid), ("$id", id));
        }

        if (templates is not null)
        {
            // Templates of another pack are left: after a change of pack and back nobody has to enrol again.
            Run("DELETE FROM template WHERE person = $id AND pack = $pack", ("$id", id), ("$pack", pack!.Value.ToString()));
            foreach (FaceTemplate template in templates)
            {
                byte[] plain = FaceTemplateCodec.Encode(template);
                byte[] closed = _vault.Seal(plain, id, template.Pack.ToString());
                Array.Clear(plain);
                Run("INSERT INTO template(id, person, pack, sealed) VALUES ($t, $id, $pack, $sealed)",
                    ("$t", template.Id.ToString("D")), ("$id", id), ("$pack", template.Pack.ToString()), ("$sealed", closed));
            }
        }

        if (cards is not null || templates is not null) MarkDirty(id, erase: false);
        transaction.Commit();
        if (templates is not null) CutLog();
        return null;
    });

    /// <summary>Erases a person with cards and templates. False where there is none.</summary>
    public bool Erase(string id) => Turn(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        MarkCards(id, "person = $id", []);
        int gone = Run("DELETE FROM person WHERE id = $id", ("$id", id));
        if (gone > 0) MarkDirty(id, erase: true);
        transaction.Commit();
        if (gone > 0) CutLog();
        return gone > 0;
    });

    public Person? Find(string id) => Turn(() => ListCore("WHERE p.id = $key", ("$key", id)).FirstOrDefault());

    public Person? FindByCard(string uid) => Turn(() => FindByCardCore(uid));

    /// <summary>Everybody, by name.</summary>
    public IReadOnlyList<Person> List() => Turn(() => ListCore(""));

    /// <summary>Face templates can neither be read nor written now; people, cards and consents can.</summary>
    public bool IsLocked => _vault.IsLocked;

    public int Count => Turn(() => (int)(long)Scalar(_connection, "SELECT count(*) FROM person")!);

    /// <summary>Opens the templates of one pack one by one, so that a large gallery is never in memory twice. <paramref name="damaged"/> counts rows that do not open.</summary>
    /// <param name="take">Must not use this store.</param>
    public void Templates(PackRef pack, Action<FaceTemplate> take, out int damaged)
    {
        damaged = Turn(() =>
        {
            int failed = 0;
            using SqliteCommand command = Command("SELECT person, sealed FROM template WHERE pack = $pack", ("$pack", pack.ToString()));
            using SqliteDataReader row = command.ExecuteReader();
            while (row.Read())
            {
                string person = row.GetString(0);
                byte[]? plain = _vault.Unseal((byte[])row.GetValue(1), person, pack.ToString());
                if (plain is not null && FaceTemplateCodec.TryDecode(plain, out FaceTemplate? template) && template.Person == person && template.Pack == pack) take(template);
                else failed++;
                if (plain is not null) Array.Clear(plain);
            }

            return failed;
        });
    }

    /// <summary>People who have templates of other packs only, now: they must be enrolled again to be recognised.</summary>
    public int Stale(PackRef pack) => Turn(() =>
    {
        using SqliteCommand only = Command(
            "SELECT count(DISTINCT person) FROM template t WHERE NOT EXISTS (SELECT 1 FROM template o WHERE o.person = t.person AND o.pack = $pack)", ("$pack", pack.ToString()));
        return (int)(long)only.ExecuteScalar()!;
    });

    /// <summary>One person's templates of one pack.</summary>
    public List<FaceTemplate> TemplatesOf(string person, PackRef pack) => Turn(() =>
    {
        List<FaceTemplate> own = [];
        using SqliteCommand command = Command("SELECT sealed FROM template WHERE person = $id AND pack = $pack", ("$id", person), ("$pack", pack.ToString()));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            byte[]? plain = _vault.Unseal((byte[])row.GetValue(0), person, pack.ToString());
            if (plain is not null && FaceTemplateCodec.TryDecode(plain, out FaceTemplate? template)) own.Add(template);
            if (plain is not null) Array.Clear(plain);
        }

        return own;
    });

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    private Person? FindByCardCore(string uid) => ListCore("WHERE p.id = (SELECT person FROM card WHERE uid = $key)", ("$key", uid)).FirstOrDefault();

    private List<Person> ListCore(string where, params (string, object)[] parameters)
    {
        List<(string Id, string Name, bool FromPlatform, string? Methods, string? Face)> rows = [];
        using (SqliteCommand command = Command($"SELECT p.id, p.name, p.source, p.methods, p.face FROM person p {where} ORDER BY p.name, p.id", parameters))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read()) rows.Add((row.GetString(0), row.GetString(1), row.GetString(2) == Platform, row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4)));
        }

        List<Person> people = [];
        foreach ((string id, string name, bool fromPlatform, string? methods, string? face) in rows)
        {
            List<string> cards = [];
            using (SqliteCommand command = Command("SELECT uid FROM card WHERE person = $id ORDER BY uid", ("$id", id)))
            using (SqliteDataReader row = command.ExecuteReader())
            {
                while (row.Read()) cards.Add(row.GetString(0));
            }

            Dictionary<string, int> packs = [];
            using (SqliteCommand command = Command("SELECT pack, count(*) FROM template WHERE person = $id GROUP BY pack", ("$id", id)))
            using (SqliteDataReader row = command.ExecuteReader())
            {
                while (row.Read()) packs[row.GetString(0)] = row.GetInt32(1);
            }

            people.Add(new(id, name, cards, packs) { Local = !fromPlatform, Methods = methods?.Split(',', StringSplitOptions.RemoveEmptyEntries), FaceConsent = face });
        }

        return people;
    }

    private T Turn<T>(Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return work();
            }
            catch (SqliteException fault)
            {
                throw new GalleryException($"The gallery cannot be read or written: {fault.Message}", fault);
            }
        }
    }

    private void CutLog() => Run(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file; every value is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private int Run(string sql, params (string Name, object Value)[] parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

#pragma warning disable CA2100
    private static void Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
#pragma warning restore CA2100
}
