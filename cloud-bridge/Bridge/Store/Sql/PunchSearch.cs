using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// A page of punches in bounded work, however many there are. First the keys of the page are found along the index that fits the filter best
/// (its <em>driver</em>), then their rows are read. A set of people or terminals is merged: each one's newest few by a seek, the page's
/// newest of those; first of a few days beside the page's place, and only where these do not fill it of more. Counts end at a bound.
/// </summary>
internal sealed class PunchSearch
{
    /// <summary>A larger set is met so often that going by time finds a page sooner than merging.</summary>
    private const int MostKeys = 400;

    /// <summary>Fewer people than this are looked through before the open rows of everybody are.</summary>
    private const int FewKeys = 20;

    /// <summary>Rows looked at for a count whose filter no index answers.</summary>
    private const int Candidates = 15_000;

    /// <summary>How far from its place a page of a merged set is looked for at first, and how often farther before everything is.</summary>
    private const long NearMs = 2 * 86_400_000L;
    private const int Looks = 4;

    private readonly SqlSession _session;
    private readonly List<string> _driver = [];
    private readonly List<string> _rest = [];
    private readonly List<(string Name, object? Value)> _values = [];
    private readonly bool _byState;

    // The page is looked for from the latter on, where no cursor says so.
    private readonly long? _from, _to;

    // Whether a set of so many people is merged that each one's newest few are too many to read for a page.
    private readonly bool _many;

    // Null, or the set that is merged: its SELECT (column <c>key</c>) and the column of punches that holds it.
    private readonly (string Keys, string Column)? _set;

    public PunchSearch(SqlSession session, SiteScope scope, PunchFilter filter)
    {
        _session = session;
        (_from, _to) = (filter.From, filter.To);
        if (filter.Site is { } site) scope = scope.Holds(site) ? SiteScope.Of(site) : SiteScope.None;
        _values.AddRange(scope.Values());
        string? people = People(filter);
        bool open = filter.State is { } wanted && wanted != DeliveryState.Delivered;
        long few = people is null ? 0 : Count(people, open ? FewKeys : MostKeys);
        bool byPeople = people is not null && few <= (open ? FewKeys : MostKeys);
        _byState = open && !byPeople;
        // Terms that narrow the driver's own walk.
        if (filter.From is { } from) Add(_driver, _byState ? "o.at >= @from" : "r.at >= @from", ("@from", from));
        if (filter.To is { } to) Add(_driver, _byState ? "o.at < @to" : "r.at < @to", ("@to", to));
        if (_byState) Add(_driver, "o.target = 'platform' AND o.state = @state AND o.state <> 'delivered'", ("@state", Columns.Text(filter.State!.Value)));
        else if (filter.State is { } state)
            // Asked of each punch in turn: as EXISTS, PostgreSQL takes it for a rare match and reads both tables whole.
            Add(_rest, "(SELECT s.state FROM outbox s WHERE s.punch_id = r.id AND s.target = 'platform') = @state", ("@state", Columns.Text(state)));

        _many = byPeople && few > FewKeys;
        if (byPeople) _set = (people!, "person");
        else if (people is not null)
            // Somebody of so many is met soon; who they are is listed once.
            _rest.Add(_session.Dialect.Among("r.person", people));

        string terminals = $"SELECT DISTINCT l.terminal AS key FROM ledgers l WHERE {scope.Terminal("l.terminal")}";
        bool byTerminal = !_byState && _set is null;
        if (!string.IsNullOrWhiteSpace(filter.Terminal)) Add(byTerminal ? _driver : _rest, "r.terminal = @terminal", ("@terminal", filter.Terminal.Trim()));
        if (!scope.Everything)
        {
            if (byTerminal && string.IsNullOrWhiteSpace(filter.Terminal) && people is null && Count(terminals, MostKeys) <= MostKeys) _set = (terminals, "terminal");
            else _rest.Add(scope.Terminal("r.terminal"));
        }

        if (filter.Counts is { } counts)
            _rest.Add($"{(counts ? "NOT " : "")}EXISTS (SELECT 1 FROM punch_effects f WHERE f.punch_id = r.id AND f.struck IS NOT NULL)");
        if (filter.Method is { } method)
            // Most punches are by face, so that the index has the others only; said twice, so that it is seen to fit.
            Add(byTerminal ? _driver : _rest, method == PunchMethod.Face ? "r.method = @method" : "r.method = @method AND r.method <> 'face'", ("@method", Columns.Text(method)));
    }

    /// <summary>Rows beside the cursor, in its direction's order.</summary>
    public List<StoredPunch> Rows(PunchCursor? cursor, int limit)
    {
        bool newer = cursor?.Newer == true;
        if (_many && (cursor?.At ?? Beginning()) is { } place)
        {
            // What lies within reach is newer (or older, going back) than all that does not: a full page of it is the page.
            double reach = NearMs;
            for (int look = 0; look < Looks && (newer || _from is null || place - reach > _from); look++)
            {
                List<StoredPunch> near = Rows(cursor, limit, newer, newer ? place + (long)reach : place - (long)reach);
                if (near.Count == limit) return near;
                // As far as it takes if the rest is as dense, and somewhat farther.
                reach *= near.Count == 0 ? 8 : Math.Clamp(1.5 * limit / near.Count, 2, 16);
            }
        }

        return Rows(cursor, limit, newer, null);
    }

    // Of the newest punch to come in: its time may be wrong, which costs no more than a look at too few or too many.
    private long? Beginning() => _session.Number("SELECT at FROM punches ORDER BY id DESC LIMIT 1") is > 0 and long last ? Math.Min(last, _to ?? last) : null;

    private List<StoredPunch> Rows(PunchCursor? cursor, int limit, bool newer, long? reach)
    {
        string at = _byState ? "o.at" : "r.at", id = _byState ? "o.punch_id" : "r.id", way = newer ? "ASC" : "DESC";
        List<string> terms = [.. _driver, .. _rest];
        List<(string, object?)> values = [.. _values, ("@limit", (long)limit)];
        if (reach is { } end)
        {
            terms.Add(newer ? $"{at} <= @reach" : $"{at} >= @reach");
            values.Add(("@reach", end));
        }

        if (cursor is not null)
        {
            // The time alone, too: a pair tells PostgreSQL nothing about months.
            terms.Add(newer ? $"{at} >= @cursorAt AND ({at}, {id}) > (@cursorAt, @cursorId)" : $"{at} <= @cursorAt AND ({at}, {id}) < (@cursorAt, @cursorId)");
            values.AddRange([("@cursorAt", cursor.At), ("@cursorId", cursor.Id)]);
        }

        string order = $"ORDER BY {at} {way}, {id} {way} LIMIT @limit";
        string keys = _set is { } set
            ? _session.Dialect.NewestOfEach(set.Keys, $"FROM punches r WHERE r.{set.Column} = d.key{And(terms)} {order}") + $" ORDER BY q.at {way}, q.id {way} LIMIT @limit"
            : $"SELECT {at} AS at, {id} AS id {From()} {Where(terms)} {order}";
        return _session.Query(
            $"WITH k AS ({keys}) SELECT {PunchQuery.Select} FROM k CROSS JOIN punches p {PunchQuery.Joins} WHERE p.id = k.id AND p.at = k.at ORDER BY k.at {way}, k.id {way}",
            PunchQuery.Read, [.. values]);
    }

    /// <summary>
    /// Whether counting costs more than all pages that anybody turns: the rows of many people lie all over the table, and each has to be read to know whether it
    /// matches. Then a page says what has been seen so far.
    /// </summary>
    public bool Uncounted => _many && _rest.Count > 0;

    /// <summary>Whose punches match.</summary>
    public List<string> People() => _session.Query(
        _set is { } set ? $"SELECT DISTINCT r.person FROM ({set.Keys}) d CROSS JOIN punches r WHERE r.{set.Column} = d.key{And([.. _driver, .. _rest])}"
            : $"SELECT DISTINCT {(_byState && !Joined ? "o.person" : "r.person")} {From()} {Where([.. _driver, .. _rest])}",
        row => row.GetString(0), [.. _values]);

    /// <summary>How many match, counted no further than <see cref="BoundedCount.Most"/>, and among so many rows of the driver.</summary>
    public BoundedCount Count()
    {
        string from = _set is { } set ? $"FROM ({set.Keys}) d CROSS JOIN punches r WHERE r.{set.Column} = d.key{And(_driver)}" : $"{From()} {Where(_driver)}";
        if (_rest.Count == 0)
        {
            long exact = _session.Number($"SELECT COUNT(*) FROM (SELECT 1 {from} LIMIT @bound) n", [.. _values, ("@bound", (long)BoundedCount.Most + 1)]);
            return new(Math.Min(exact, BoundedCount.Most), exact > BoundedCount.Most);
        }

        (long seen, long matched) = _session.Query(
            $"SELECT COUNT(*), SUM(CASE WHEN {string.Join(" AND ", _rest)} THEN 1 ELSE 0 END) FROM (SELECT r.id, r.at, r.person, r.terminal, r.method {from} LIMIT @bound) r",
            row => (row.GetInt64(0), row.IsDBNull(1) ? 0 : row.GetInt64(1)), [.. _values, ("@bound", (long)Candidates)])[0];
        return new(Math.Min(matched, BoundedCount.Most), seen == Candidates || matched > BoundedCount.Most);
    }

    private bool Joined => _byState && _rest.Count > 0;

    private string From() => Joined ? "FROM outbox o CROSS JOIN punches r" : _byState ? "FROM outbox o" : "FROM punches r";

    private string Where(List<string> terms)
    {
        List<string> all = [.. terms];
        if (Joined) all.Insert(0, "r.id = o.punch_id AND r.at = o.at");
        return all.Count == 0 ? "" : "WHERE " + string.Join(" AND ", all);
    }

    private static string And(List<string> terms) => terms.Count == 0 ? "" : " AND " + string.Join(" AND ", terms);

    private const string Members =
        """
        FROM people_departments m WHERE m.department_id IN
          (WITH RECURSIVE below(id) AS (SELECT @department UNION SELECT c.id FROM departments c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)
        """;

    /// <summary>The people that a filter names, as a SELECT of one column; null where it names none.</summary>
    private string? People(PunchFilter filter)
    {
        string? department = null, person = null;
        if (filter.Department is { } id)
        {
            _values.Add(("@department", id));
            department = "SELECT DISTINCT m.userid AS key " + Members;
        }

        if (!string.IsNullOrWhiteSpace(filter.Person))
        {
            string typed = filter.Person.Trim();
            _values.AddRange([("@person", typed), ("@like", $"%{PunchQuery.Escape(typed)}%")]);
            // Also somebody whom the roster does not know.
            person = $"SELECT n.userid AS key FROM people n WHERE n.userid = @person OR n.job_number = @person OR {_session.Dialect.Matches("n.name", "@like")} UNION SELECT @person";
        }

        return person is null ? department : department is null ? person : $"SELECT a.key FROM ({person}) a WHERE a.key IN ({department})";
    }

    private long Count(string keys, int most) => _session.Number($"SELECT COUNT(*) FROM (SELECT n.key FROM ({keys}) n LIMIT @most) c", [.. _values, ("@most", (long)most + 1)]);

    private void Add(List<string> terms, string term, params ReadOnlySpan<(string, object?)> values)
    {
        terms.Add(term);
        foreach ((string, object?) value in values) _values.Add(value);
    }
}
