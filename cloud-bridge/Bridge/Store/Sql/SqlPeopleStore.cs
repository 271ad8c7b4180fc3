using System.Globalization;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IPeopleStore"/>
public sealed class SqlPeopleStore(SqlDatabase database, TimeProvider time) : IPeopleStore
{
    public Task<RosterChange> ReconcileAsync(IReadOnlyList<Department> departments, IReadOnlyList<Person> people, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(departments);
        ArgumentNullException.ThrowIfNull(people);
        return database.WriteAsync(session =>
        {
            HashSet<string> present = [.. people.Select(p => p.UserId)];
            HashSet<long> there = [.. departments.Select(one => one.Id)];
            List<string> gone = session.Query("SELECT userid FROM people WHERE active ORDER BY userid", row => row.GetString(0));
            List<long> removed = session.Query("SELECT id FROM departments WHERE removed_at IS NULL", row => row.GetInt64(0));
            return Apply(session, new(people, [.. gone.Where(id => !present.Contains(id))], departments, [.. removed.Where(id => !there.Contains(id))]));
        }, cancellationToken);
    }

    public Task<RosterChange> ApplyAsync(RosterPart part, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(part);
        return database.WriteAsync(session => Apply(session, part), cancellationToken);
    }

    public Task<IReadOnlyList<Department>> DepartmentsAsync(SiteScope scope, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Department>>(session => session.Query(
            $"SELECT id, parent_id, name FROM departments WHERE removed_at IS NULL AND {Holding(scope)} ORDER BY id",
            row => new Department(row.GetInt64(0), row.LongOrNull(1), row.GetString(2)), scope.Values()), cancellationToken);

    public Task<IReadOnlyList<Person>> PeopleAsync(SiteScope scope, bool includeLeft = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return database.ReadAsync(session => scope.Everything ? Everybody(session) is var book && includeLeft ? book.All : book.Active : ReadPeople(session, scope, includeLeft), cancellationToken);
    }

    private sealed record Book(long Revision, IReadOnlyList<Person> All, IReadOnlyList<Person> Active);

    private volatile Book? _book;

    // Every change of a person is in the transaction of a revision of its own. Read before the people: what came between is read again next time.
    private Book Everybody(SqlSession session)
    {
        long revision = session.Number("SELECT revision FROM roster_state WHERE id = 1");
        if (_book is { } book && book.Revision == revision) return book;
        IReadOnlyList<Person> all = ReadPeople(session, SiteScope.All, includeLeft: true);
        return _book = new(revision, all, [.. all.Where(p => p.Active)]);
    }

    public Task<Person?> FindPersonAsync(SiteScope scope, string userId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => ReadPeople(session, scope, includeLeft: true, userId).FirstOrDefault(), cancellationToken);

    public Task<IReadOnlyList<Person>> SearchAsync(SiteScope scope, PeopleFilter filter, (string Name, string UserId)? after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync(session => PeopleSearch.Page(session, scope, filter, after, limit), cancellationToken);
    }

    public Task<PersonFacts?> FactsAsync(SiteScope scope, string userId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => PeopleSearch.Facts(session, scope, userId), cancellationToken);

    public Task<IReadOnlyDictionary<string, PersonStanding>> StandingsAsync(SiteScope scope, IReadOnlyList<string> userIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(userIds);
        return database.ReadAsync(session => PeopleSearch.Standings(session, scope, userIds), cancellationToken);
    }

    public Task<int> LeftSinceAsync(long since, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => (int)session.Number("SELECT COUNT(*) FROM people WHERE left_at >= @since", ("@since", since)), cancellationToken);

    public Task<IReadOnlyList<LeaverPunch>> LeaverPunchesAsync(int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<LeaverPunch>>(session => session.Query(
            """
            SELECT p.terminal, p.ledger, p.seq, e.userid, e.name, p.at, e.left_at
            FROM people e JOIN punches p ON p.person = e.userid AND p.at > e.left_at
            WHERE e.left_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM exceptions x
              WHERE x.cause = 'roster|reason.left|' || p.terminal || '|' || p.ledger || '|' || CAST(p.seq AS TEXT))
            ORDER BY p.at, p.terminal, p.seq LIMIT @limit
            """,
            row => new LeaverPunch(new(row.GetString(0), Guid.Parse(row.GetString(1)), row.GetInt64(2)), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6)),
            ("@limit", limit)), cancellationToken);

    public Task<bool> HasPunchAsync(string person, long start, long until, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number(
            "SELECT COUNT(*) FROM punches p LEFT JOIN punch_effects x ON x.punch_id = p.id WHERE p.person = @person AND p.at >= @start AND p.at < @until AND x.struck IS NULL", ("@person", person), ("@start", start), ("@until", until)) > 0, cancellationToken);

    private RosterChange Apply(SqlSession session, RosterPart part)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        int changedDepartments = Departments(session, part.Departments, part.Removed, now);
        Dictionary<string, Person> known = (part.Present.Count + part.Gone.Count > 20
                ? ReadPeople(session, SiteScope.All, includeLeft: true)
                : part.Present.Select(p => p.UserId).Concat(part.Gone).Distinct().SelectMany(id => ReadPeople(session, SiteScope.All, includeLeft: true, id)))
            .ToDictionary(one => one.UserId, StringComparer.Ordinal);
        List<Person> added = [], left = [];
        int changed = 0;
        HashSet<string> present = new(StringComparer.Ordinal);
        foreach (Person person in part.Present)
        {
            if (!present.Add(person.UserId)) continue;
            Person? before = known.GetValueOrDefault(person.UserId);
            if (before is not null && Same(before, person)) continue;
            Upsert(session, person, now);
            bool joins = before is not { Active: true };
            Note(session, person, joins ? "join" : "change", now);
            if (before is null) added.Add(person);
            else changed++;
        }

        foreach (Person gone in part.Gone.Distinct().Where(id => !present.Contains(id)).Select(id => known.GetValueOrDefault(id)).OfType<Person>().Where(p => p.Active))
        {
            session.Execute("UPDATE people SET active = FALSE, left_at = @now, updated_at = @now WHERE userid = @id", ("@now", now), ("@id", gone.UserId));
            Note(session, gone, "leave", now);
            left.Add(gone);
        }

        return new RosterChange(added.Count, changed, left.Count, changedDepartments) { Renamed = Renamed(left, added) };
    }

    private static (string Old, string New)[] Renamed(List<Person> left, List<Person> added) =>
        left.Count == 0 || added.Count == 0 ? [] : [.. left.SelectMany(old => added
            .Where(young => old.JobNumber is not null ? old.JobNumber == young.JobNumber : young.JobNumber is null && old.Name == young.Name)
            .Select(young => (old.UserId, young.UserId)))];

    private static int Departments(SqlSession session, IReadOnlyList<Department> departments, IReadOnlyList<long> removed, long now)
    {
        int changed = 0;
        foreach (Department department in departments)
            changed += session.Execute(
                """
                INSERT INTO departments (id, parent_id, name, updated_at) VALUES (@id, @parent, @name, @now)
                ON CONFLICT (id) DO UPDATE SET parent_id = @parent, name = @name, removed_at = NULL, updated_at = @now
                WHERE departments.name <> @name OR departments.parent_id IS DISTINCT FROM @parent OR departments.removed_at IS NOT NULL
                """,
                ("@id", department.Id), ("@parent", department.ParentId), ("@name", department.Name), ("@now", now));
        foreach (long id in removed)
            changed += session.Execute("UPDATE departments SET removed_at = @now, updated_at = @now WHERE id = @id AND removed_at IS NULL", ("@now", now), ("@id", id));
        return changed;
    }

    private static void Upsert(SqlSession session, Person person, long now)
    {
        session.Execute(
            """
            INSERT INTO people (userid, name, order_en, order_zh, job_number, active, left_at, first_seen_at, updated_at)
            VALUES (@id, @name, @en, @zh, @job, @active, @left, @now, @now)
            ON CONFLICT (userid) DO UPDATE SET name = @name, order_en = @en, order_zh = @zh, job_number = @job, active = @active, left_at = @left, updated_at = @now
            """,
            ("@id", person.UserId), ("@name", person.Name), ("@en", NameKeys.Of(person.Name, NameOrder.English)), ("@zh", NameKeys.Of(person.Name, NameOrder.Chinese)), ("@job", person.JobNumber), ("@active", person.Active),
            ("@left", person.Active ? null : now), ("@now", now));
        session.Execute("DELETE FROM people_departments WHERE userid = @id", ("@id", person.UserId));
        foreach (long department in person.Departments.Distinct())
            session.Execute("INSERT INTO people_departments (userid, department_id) VALUES (@id, @department)", ("@id", person.UserId), ("@department", department));
    }

    // The counter's row stays locked until the commit, so nobody sees a later revision before an earlier one.
    private static void Note(SqlSession session, Person person, string kind, long now)
    {
        long revision = session.Number("UPDATE roster_state SET revision = revision + 1 WHERE id = 1 RETURNING revision");
        session.Execute(
            """
            INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at)
            VALUES (@revision, @id, @kind, @name, @job, @departments, @now)
            """,
            ("@revision", revision), ("@id", person.UserId), ("@kind", kind), ("@name", person.Name), ("@job", person.JobNumber),
            ("@departments", string.Join(',', person.Departments.Distinct().Order().Select(d => d.ToString(CultureInfo.InvariantCulture)))), ("@now", now));
    }

    private static List<Person> ReadPeople(SqlSession session, SiteScope scope, bool includeLeft, string? userId = null)
    {
        ILookup<string, long> departments = session
            .Query("SELECT userid, department_id FROM people_departments WHERE CAST(@id AS TEXT) IS NULL OR userid = @id", row => (row.GetString(0), row.GetInt64(1)), ("@id", userId))
            .ToLookup(one => one.Item1, one => one.Item2, StringComparer.Ordinal);
        return session.Query(
            $"SELECT userid, name, job_number, active FROM people WHERE (@all OR active) AND (CAST(@id AS TEXT) IS NULL OR userid = @id) AND {scope.Person("userid")} ORDER BY name, userid",
            row => new Person(row.GetString(0), row.GetString(1), row.TextOrNull(2), row.GetBoolean(3), [.. departments[row.GetString(0)]]),
            scope.With(("@all", includeLeft), ("@id", userId)));
    }

    // A department's name stands in the filters' lists: one whose people are all elsewhere is not told.
    private static string Holding(SiteScope scope) => scope.Everything ? "TRUE" :
        $"""
        id IN (WITH RECURSIVE up(id) AS (SELECT d.department_id FROM people_departments d WHERE {scope.Person("d.userid")}
          UNION SELECT a.parent_id FROM departments a JOIN up ON a.id = up.id WHERE a.parent_id IS NOT NULL) SELECT id FROM up)
        """;

    private static bool Same(Person before, Person after) => before.Name == after.Name && before.JobNumber == after.JobNumber
        && before.Active == after.Active && before.Departments.ToHashSet().SetEquals(after.Departments);
}
