using System.Text.Json;

namespace Devices.Bridge.Store.Sql;

/// <summary>People for pages: a page of the list, and what is known of one.</summary>
internal static class PeopleSearch
{
    public static IReadOnlyList<Person> Page(SqlSession session, SiteScope scope, PeopleFilter filter, (string Name, string UserId)? after, int limit)
    {
        // Somebody who was written past this program has no key until the next start: then the names' own bytes are the order, and nobody is left out.
        bool keyed = session.Number("SELECT COUNT(*) FROM (SELECT 1 FROM people WHERE order_en IS NULL LIMIT 1) n") == 0;
        string order = !keyed ? "e.name" : filter.Order == NameOrder.Chinese ? "e.order_zh" : "e.order_en";
        List<string> terms = [scope.Person("e.userid")];
        List<(string, object?)> values = [("@limit", limit)];
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            string text = filter.Text.Trim();
            terms.Add($"(e.userid = @text OR e.job_number = @text OR {session.Dialect.Matches("e.name", "@like")})");
            values.AddRange([("@text", text), ("@like", $"%{Escape(text)}%")]);
        }

        if (filter.Department is { } department)
        {
            terms.Add(
                """
                e.userid IN (WITH RECURSIVE below(id) AS (SELECT @department UNION SELECT d.id FROM departments d JOIN below b ON d.parent_id = b.id)
                  SELECT userid FROM people_departments WHERE department_id IN (SELECT id FROM below))
                """);
            values.Add(("@department", department));
        }

        if (filter.Active is { } active)
        {
            terms.Add("e.active = @active");
            values.Add(("@active", active));
        }

        if (after is { } last)
        {
            terms.Add($"({order}, e.userid) > (@lastName, @lastId)");
            values.AddRange([("@lastName", keyed ? NameKeys.Of(last.Name, filter.Order) : last.Name), ("@lastId", last.UserId)]);
        }

        // One question for the page and its departments: asking for each person again costs a way to the database and back each.
        var rows = session.Query(
            $"""
            WITH page AS (SELECT e.userid, e.name, e.job_number, e.active, {order} AS place FROM people e WHERE {string.Join(" AND ", terms)} ORDER BY {order}, e.userid LIMIT @limit)
            SELECT page.userid, page.name, page.job_number, page.active, d.department_id FROM page LEFT JOIN people_departments d ON d.userid = page.userid
            ORDER BY page.place, page.userid, d.department_id
            """,
            row => (Id: row.GetString(0), Name: row.GetString(1), Job: row.TextOrNull(2), Active: row.GetBoolean(3), Department: row.LongOrNull(4)), scope.With([.. values]));
        return [.. rows.GroupBy(row => row.Id).Select(own => new Person(own.Key, own.First().Name, own.First().Job, own.First().Active, [.. own.Select(row => row.Department).OfType<long>()]))];
    }

    public static PersonFacts? Facts(SqlSession session, SiteScope scope, string userId)
    {
        var found = session.Query(
            $"SELECT e.first_seen_at, e.left_at FROM people e WHERE e.userid = @id AND {scope.Person("e.userid")}", row => (row.GetInt64(0), row.LongOrNull(1)), scope.With(("@id", userId)));
        if (found.Count == 0) return null;
        List<SeenAt> seen = session.Query(
            $"""
            SELECT s.terminal, COALESCE(t.site, '') FROM people_terminals s LEFT JOIN terminals t ON t.name = s.terminal
            WHERE s.person = @id AND {scope.Terminal("s.terminal")} ORDER BY 2, 1
            """, row => new SeenAt(row.GetString(0), row.GetString(1)), scope.With(("@id", userId)));
        List<SiteEnrolment> enrolled = session.Query(
            $"SELECT r.site, r.terminal, r.record, r.received_at FROM site_records r WHERE r.person = @id AND r.kind = 'person' AND {scope.Site("r.site")} ORDER BY r.site",
            row => new SiteEnrolment(row.GetString(0), row.GetString(1), Pack(row.GetString(2)), row.GetInt64(3)), scope.With(("@id", userId)));
        long revision = session.Number("SELECT MAX(revision) FROM roster_changes WHERE userid = @id", ("@id", userId));
        return new(found[0].Item1, found[0].Item2, revision, seen, enrolled);
    }

    public static IReadOnlyDictionary<string, PersonStanding> Standings(SqlSession session, SiteScope scope, IReadOnlyList<string> userIds)
    {
        Dictionary<string, PersonStanding> all = new(StringComparer.Ordinal);
        if (userIds.Count == 0) return all;
        string names = string.Join(", ", userIds.Select((_, i) => FormattableString.Invariant($"@id{i}")));
        (string, object?)[] ids = [.. userIds.Select((id, i) => (FormattableString.Invariant($"@id{i}"), (object?)id))];
        foreach (FaceConsent consent in session.Query(
            $"SELECT {SqlPrivacyStore.Consent} FROM face_consents c WHERE c.person IN ({names}) ORDER BY c.id", row => SqlPrivacyStore.ReadConsent(row, 0)!, ids))
            all[consent.Person] = new(consent, false, false);
        // The slot tells whether templates are in a record: "person|pack|id", and "person||id" without.
        foreach ((string id, string slot) in session.Query(
            $"SELECT r.person, r.slot FROM site_records r WHERE r.kind = 'person' AND r.person IN ({names}) AND {scope.Site("r.site")}", row => (row.GetString(0), row.GetString(1)), scope.With(ids)))
        {
            PersonStanding before = all.GetValueOrDefault(id, PersonStanding.Nothing);
            all[id] = slot == $"person||{id}" ? before with { CardOnly = true } : before with { Face = true };
        }

        return all;
    }

    private static string Pack(string record)
    {
        using JsonDocument json = JsonDocument.Parse(record);
        return json.RootElement.TryGetProperty("pack", out JsonElement pack) ? pack.GetString() ?? "" : "";
    }

    private static string Escape(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
