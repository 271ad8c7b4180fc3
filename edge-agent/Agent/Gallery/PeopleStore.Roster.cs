using System.Globalization;
using Devices.Contract.Messages;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Agent.Gallery;

/// <summary>The platform's roster in the gallery: one message is one transaction, with the revision that it reaches.</summary>
public sealed partial class PeopleStore
{
    private const string Platform = "platform";

    // Entries that wait on the MCU are offered within days; after this nobody can still mean a card of somebody who was erased.
    private static readonly TimeSpan DepartedFor = TimeSpan.FromDays(7);

    private const string RosterSchema =
        """
        BEGIN IMMEDIATE;
        ALTER TABLE person ADD COLUMN source TEXT NOT NULL DEFAULT 'local';
        ALTER TABLE person ADD COLUMN methods TEXT;
        ALTER TABLE person ADD COLUMN departments TEXT;
        ALTER TABLE person ADD COLUMN seen TEXT;
        ALTER TABLE card ADD COLUMN source TEXT NOT NULL DEFAULT 'local';
        CREATE TABLE down(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE erased(person TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, templates INTEGER NOT NULL, cards INTEGER NOT NULL,
          pins INTEGER NOT NULL, PRIMARY KEY(person, revision)) STRICT, WITHOUT ROWID;
        CREATE TABLE departed(mark BLOB PRIMARY KEY, person TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 2;
        COMMIT;
        """;

    /// <summary>Where the roster stands, and the erasures that the bridge has not acknowledged; null where there is no roster of the bridge's.</summary>
    public RosterApplied? RosterState() => Turn(() =>
    {
        if (Value("roster.line") is not { } line) return null;
        List<Erasure> erased = [];
        using (SqliteCommand command = Command("SELECT person, revision, at, templates, cards, pins FROM erased ORDER BY revision, person LIMIT $limit", ("$limit", RosterRules.MaxPeople)))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            while (row.Read())
                erased.Add(new() { Person = row.GetString(0), Revision = row.GetInt64(1), At = row.GetInt64(2), Templates = row.GetInt64(3), Cards = row.GetInt64(4), Pins = row.GetInt64(5) });
        }

        return new RosterApplied
        {
            Line = Guid.Parse(line),
            Revision = long.Parse(Value("roster.revision") ?? "0", CultureInfo.InvariantCulture),
            Snapshot = Value("roster.snapshot") is { } part && part.Split('/') is [var id, var number]
                ? new() { Id = Guid.Parse(id), Part = long.Parse(number, CultureInfo.InvariantCulture), Last = false } : null,
            Erased = erased,
            People = (long)Scalar(_connection, "SELECT count(*) FROM person")!,
            Local = (long)Scalar(_connection, "SELECT count(*) FROM person WHERE source <> 'platform'")!,
        };
    });

    /// <summary>Whom the last part of a whole roster leaves out, of those who came from the platform.</summary>
    public IReadOnlyList<string> LeftOut(RosterMessage message) => Turn(() => LeftOutCore(message));

    /// <summary>
    /// Takes one message in, with the revision or part that it reaches, in one transaction; erased people are gone from file and log when this
    /// returns. The caller has judged that the message follows, and has erased the PINs of those who leave.
    /// </summary>
    /// <param name="message">As it came.</param>
    /// <param name="people">Those of it that can be taken in.</param>
    /// <param name="pins">Whose PIN was erased for it.</param>
    public RosterOutcome Apply(RosterMessage message, IReadOnlyList<RosterPerson> people, IReadOnlySet<string> pins) => Turn(() =>
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(pins);
        List<string> problems = [];
        List<Person> gone = [], faceless = [];
        int added = 0, changed = 0;
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        using SqliteTransaction transaction = _connection.BeginTransaction();
        // Leavers first: a card may pass from one to another in the same message.
        foreach (RosterLeaver leaver in message.Gone) Leave(leaver.Id, leaver.Revision);
        foreach (RosterPerson person in people)
        {
            if (PutPlatform(person, message.Snapshot?.Id, now, problems)) added++;
            else changed++;
            if (person.FaceConsent == FaceConsents.Withdrawn) EraseFace(person.Id);
        }

        if (message.Snapshot is { Last: true })
            foreach (string person in LeftOutCore(message)) Leave(person, message.Through);
        Run("DELETE FROM departed WHERE at < $before", ("$before", now - (long)DepartedFor.TotalMilliseconds));
        SetValue("roster.line", message.Line.ToString("D"));
        if (message.Snapshot is { Last: false } part)
        {
            SetValue("roster.revision", "0");
            SetValue("roster.snapshot", string.Create(CultureInfo.InvariantCulture, $"{part.Id:D}/{part.Part}"));
        }
        else
        {
            SetValue("roster.revision", message.Through.ToString(CultureInfo.InvariantCulture));
            Run("DELETE FROM down WHERE key = 'roster.snapshot'");
        }

        transaction.Commit();
        if (gone.Count + faceless.Count > 0) CutLog();
        return new RosterOutcome(added, changed, gone, problems) { Faceless = faceless };

        // The face alone: whoever takes back that consent goes on punching by card and PIN.
        void EraseFace(string id)
        {
            Person known = ListCore("WHERE p.id = $key", ("$key", id))[0];
            int templates = Run("DELETE FROM template WHERE person = $id", ("$id", id));
            if (templates == 0) return;
            faceless.Add(known);
            // The site's others hold a record with the face; they are told the cards anew, without it.
            if (known.Cards.Count > 0) MarkDirty(id, erase: false);
            else Run("DELETE FROM site_dirty WHERE person = $id", ("$id", id));
            Run("INSERT OR IGNORE INTO erased(person, revision, at, templates, cards, pins) VALUES ($id, $revision, $now, $templates, 0, 0)",
                ("$id", id), ("$revision", message.Through), ("$now", now), ("$templates", templates));
        }

        void Leave(string id, long revision)
        {
            LeaveSite(id);
            Person? known = ListCore("WHERE p.id = $key", ("$key", id)).FirstOrDefault();
            bool pin = pins.Contains(id);
            if (known is null && !pin) return;
            if (known is not null)
            {
                MarkCards(id, "person = $id", []);
                Run("DELETE FROM person WHERE id = $id", ("$id", id));
                gone.Add(known);
            }

            Run("INSERT OR IGNORE INTO erased(person, revision, at, templates, cards, pins) VALUES ($id, $revision, $now, $templates, $cards, $pins)",
                ("$id", id), ("$revision", revision), ("$now", now), ("$templates", known?.Templates.Values.Sum() ?? 0), ("$cards", known?.Cards.Count ?? 0), ("$pins", pin ? 1 : 0));
        }
    });

    /// <summary>Stands at a line of revisions that nobody has: the bridge answers with the whole roster. Nobody is erased, and untold erasures stay.</summary>
    public void ForgetRoster() => Turn(() =>
    {
        if (Value("roster.line") is null) return 0;
        using SqliteTransaction transaction = _connection.BeginTransaction();
        SetValue("roster.line", Guid.NewGuid().ToString("D"));
        SetValue("roster.revision", "0");
        Run("DELETE FROM down WHERE key = 'roster.snapshot'");
        transaction.Commit();
        return 0;
    });

    /// <summary>The bridge has acknowledged these: they are told no more.</summary>
    public void Confirmed(IEnumerable<Erasure> erasures) => Turn(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (Erasure one in erasures) Run("DELETE FROM erased WHERE person = $id AND revision = $revision", ("$id", one.Person), ("$revision", one.Revision));
        transaction.Commit();
        return 0;
    });

    /// <summary>
    /// Whose card it was when it was read, where it was taken from that person since: an entry that waited on the MCU must neither be lost
    /// because its person left meanwhile, nor go to whoever has the card now. Null for a card that changed hands before it was read, or never.
    /// </summary>
    /// <param name="readAtMs">When the card was read, ms since the Unix epoch.</param>
    public string? FindDeparted(string uid, long readAtMs) => Turn(() =>
    {
        using SqliteCommand command = Command("SELECT person FROM departed WHERE mark = $mark AND at > $read", ("$mark", _vault.MarkOf(uid)), ("$read", readAtMs));
        return command.ExecuteScalar() as string;
    });

    // True where the person is new here.
    private bool PutPlatform(RosterPerson person, Guid? snapshot, long now, List<string> problems)
    {
        bool known = NumberOf("SELECT count(*) FROM person WHERE id = $id", ("$id", person.Id)) > 0;
        Run("""
            INSERT INTO person(id, name, updated, source, methods, departments, seen, face) VALUES ($id, $name, $now, 'platform', $methods, $departments, $seen, $face)
            ON CONFLICT(id) DO UPDATE SET name = $name, updated = $now, source = 'platform', methods = $methods, departments = $departments, seen = coalesce($seen, seen), face = $face
            """,
            ("$face", (object?)person.FaceConsent ?? DBNull.Value),
            ("$id", person.Id), ("$name", person.Name), ("$now", now), ("$methods", person.Methods is { } methods ? string.Join(',', methods) : DBNull.Value),
            ("$departments", person.Departments is { } departments ? string.Join(',', departments) : DBNull.Value),
            ("$seen", snapshot is { } id ? id.ToString("D") : DBNull.Value));
        if (person.Cards is not { } cards) return !known;
        MarkCards(person.Id, "person = $id AND source = 'platform'", cards);
        Run("DELETE FROM card WHERE person = $id AND source = 'platform'", ("$id", person.Id));
        foreach (string uid in cards.Distinct(StringComparer.Ordinal))
        {
            // A card that somebody gave to another person by hand is not taken from them by a list: a punch would go to the wrong one.
            if (NumberOf("SELECT count(*) FROM card WHERE uid = $uid AND person <> $id AND source = 'local'", ("$uid", uid), ("$id", person.Id)) > 0)
            {
                problems.Add($"A card that the platform gives to {person.Id} was given to somebody else at this terminal; it was left there.");
                continue;
            }

            foreach (string owner in Texts("SELECT person FROM card WHERE uid = $uid AND person <> $id", ("$uid", uid), ("$id", person.Id))) Mark(uid, owner, now);
            Run("INSERT INTO card(uid, person, source) VALUES ($uid, $id, 'platform') ON CONFLICT(uid) DO UPDATE SET person = $id, source = 'platform' WHERE person <> $id", ("$uid", uid), ("$id", person.Id));
        }

        return !known;
    }

    // Remembers, unreadably, whose a card was until now.
    private void MarkCards(string person, string which, IReadOnlyCollection<string> kept)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (string uid in Texts($"SELECT uid FROM card WHERE {which}", ("$id", person)))
            if (!kept.Contains(uid)) Mark(uid, person, now);
    }

    private void Mark(string uid, string person, long now) =>
        Run("INSERT INTO departed(mark, person, at) VALUES ($mark, $id, $now) ON CONFLICT(mark) DO UPDATE SET person = $id, at = $now", ("$mark", _vault.MarkOf(uid)), ("$id", person), ("$now", now));

    private List<string> Texts(string sql, params (string Name, object Value)[] parameters)
    {
        List<string> texts = [];
        using SqliteCommand command = Command(sql, parameters);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) texts.Add(row.GetString(0));
        return texts;
    }

    private List<string> LeftOutCore(RosterMessage message)
    {
        List<string> left = [];
        if (message.Snapshot is not { Last: true } part) return left;
        HashSet<string> here = [.. message.People.Select(one => one.Id)];
        using SqliteCommand command = Command("SELECT id FROM person WHERE source = 'platform' AND seen IS NOT $seen ORDER BY id", ("$seen", part.Id.ToString("D")));
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
            if (!here.Contains(row.GetString(0))) left.Add(row.GetString(0));
        return left;
    }

    private long NumberOf(string sql, params (string Name, object Value)[] parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return (long)command.ExecuteScalar()!;
    }

    private string? Value(string key)
    {
        using SqliteCommand command = Command("SELECT value FROM down WHERE key = $key", ("$key", key));
        return command.ExecuteScalar() as string;
    }

    private void SetValue(string key, string value) =>
        Run("INSERT INTO down(key, value) VALUES ($key, $value) ON CONFLICT(key) DO UPDATE SET value = $value", ("$key", key), ("$value", value));
}

/// <summary>What one roster message changed here.</summary>
/// <param name="Gone">As they were.</param>
/// <param name="Problems">Sentences: what of the message was left out.</param>
public sealed record RosterOutcome(int Added, int Changed, IReadOnlyList<Person> Gone, IReadOnlyList<string> Problems)
{
    /// <summary>Whose templates were erased, and nothing else; as they were.</summary>
    public IReadOnlyList<Person> Faceless { get; init; } = [];
}
