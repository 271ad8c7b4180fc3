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
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            int changedDepartments = Departments(session, departments, now);
            Dictionary<string, Person> known = ReadPeople(session, includeLeft: true).ToDictionary(one => one.UserId, StringComparer.Ordinal);
            int added = 0, changed = 0, left = 0;
            HashSet<string> present = new(StringComparer.Ordinal);
            foreach (Person person in people)
            {
                if (!present.Add(person.UserId)) continue;
                if (!known.TryGetValue(person.UserId, out Person? before)) added++;
                else if (!Same(before, person)) changed++;
                else continue;
                Upsert(session, person, now);
            }
            foreach (Person gone in known.Values.Where(one => one.Active && !present.Contains(one.UserId)))
            {
                session.Execute("UPDATE people SET active = FALSE, left_at = @now, updated_at = @now WHERE userid = @id", ("@now", now), ("@id", gone.UserId));
                left++;
            }
            return new RosterChange(added, changed, left, changedDepartments);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<Department>> DepartmentsAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Department>>(session => session.Query(
            "SELECT id, parent_id, name FROM departments WHERE removed_at IS NULL ORDER BY id",
            row => new Department(row.GetInt64(0), row.LongOrNull(1), row.GetString(2))), cancellationToken);

    public Task<IReadOnlyList<Person>> PeopleAsync(bool includeLeft = false, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Person>>(session => ReadPeople(session, includeLeft), cancellationToken);

    public Task<Person?> FindPersonAsync(string userId, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => ReadPeople(session, includeLeft: true, userId).FirstOrDefault(), cancellationToken);

    private static int Departments(SqlSession session, IReadOnlyList<Department> departments, long now)
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
        HashSet<long> present = [.. departments.Select(one => one.Id)];
        foreach (long id in session.Query("SELECT id FROM departments WHERE removed_at IS NULL", row => row.GetInt64(0)).Where(id => !present.Contains(id)))
            changed += session.Execute("UPDATE departments SET removed_at = @now, updated_at = @now WHERE id = @id", ("@now", now), ("@id", id));
        return changed;
    }

    private static void Upsert(SqlSession session, Person person, long now)
    {
        session.Execute(
            """
            INSERT INTO people (userid, name, job_number, active, left_at, first_seen_at, updated_at)
            VALUES (@id, @name, @job, @active, @left, @now, @now)
            ON CONFLICT (userid) DO UPDATE SET name = @name, job_number = @job, active = @active, left_at = @left, updated_at = @now
            """,
            ("@id", person.UserId), ("@name", person.Name), ("@job", person.JobNumber), ("@active", person.Active),
            ("@left", person.Active ? null : now), ("@now", now));
        session.Execute("DELETE FROM people_departments WHERE userid = @id", ("@id", person.UserId));
        foreach (long department in person.Departments.Distinct())
            session.Execute("INSERT INTO people_departments (userid, department_id) VALUES (@id, @department)", ("@id", person.UserId), ("@department", department));
    }

    private static List<Person> ReadPeople(SqlSession session, bool includeLeft, string? userId = null)
    {
        ILookup<string, long> departments = session
            .Query("SELECT userid, department_id FROM people_departments WHERE @id IS NULL OR userid = @id", row => (row.GetString(0), row.GetInt64(1)), ("@id", userId))
            .ToLookup(one => one.Item1, one => one.Item2, StringComparer.Ordinal);
        return session.Query(
            "SELECT userid, name, job_number, active FROM people WHERE (@all OR active) AND (@id IS NULL OR userid = @id) ORDER BY name, userid",
            row => new Person(row.GetString(0), row.GetString(1), row.TextOrNull(2), row.GetBoolean(3), [.. departments[row.GetString(0)]]),
            ("@all", includeLeft), ("@id", userId));
    }

    private static bool Same(Person before, Person after) => before.Name == after.Name && before.JobNumber == after.JobNumber
        && before.Active == after.Active && before.Departments.ToHashSet().SetEquals(after.Departments);
}
