using System.Globalization;
using System.Security.Cryptography;
using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <inheritdoc cref="IWifiStore"/>
/// <param name="clock">Which times are doubted; where left out the defaults, at any age.</param>
/// <param name="targets">Targets beside the platform; none where left out.</param>
public sealed class SqlWifiStore(SqlDatabase database, TimeProvider time, ClockRules? clock = null, OutboxTargets? targets = null) : IWifiStore
{
    private const string SaltKey = "wifi.salt";
    private const string Phone = "f.id, f.person, p.name, f.site, f.hint, f.private, f.text_version, f.channel, f.given_at, f.recorded_at, f.recorded_by, f.withdrawn_at, f.withdrawn_by";

    private readonly ClockRules _clock = clock ?? new() { ClockOldDays = 0 };

    public Task<PhoneVerdict> AddPhoneAsync(NewPhone phone, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(phone);
        return database.WriteAsync(session =>
        {
            if (session.Number("SELECT COUNT(*) FROM people WHERE userid = @person AND active", ("@person", phone.Person)) == 0) return PhoneVerdict.NoPerson;
            string key = AssociationRules.KeyOf(Salt(session, Now()), phone.Address);
            if (session.Number("SELECT COUNT(*) FROM wifi_phones WHERE phone_key = @key", ("@key", key)) > 0) return PhoneVerdict.Taken;
            if (session.Number("SELECT COUNT(*) FROM wifi_phones WHERE person = @person AND withdrawn_at IS NULL", ("@person", phone.Person)) >= IWifiStore.MostPhones) return PhoneVerdict.TooMany;
            session.Execute(
                """
                INSERT INTO wifi_phones (person, site, phone_key, hint, private, text_version, channel, given_at, recorded_at, recorded_by)
                VALUES (@person, @site, @key, @hint, @private, @version, @channel, @given, @now, @by)
                """,
                ("@person", phone.Person), ("@site", phone.Site), ("@key", key), ("@hint", phone.Address[^5..]), ("@private", phone.IsPrivate), ("@version", phone.TextVersion),
                ("@channel", phone.Channel), ("@given", phone.GivenAt), ("@now", Now()), ("@by", by));
            SqlAuditStore.Write(session, time, by, "wifi.phone", phone.Person, $"…{phone.Address[^5..]}, wording {phone.TextVersion}, by {phone.Channel}", null);
            return PhoneVerdict.Added;
        }, cancellationToken);
    }

    public Task<bool> WithdrawAsync(SiteScope scope, long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        string? person = session.Text(
            $"SELECT f.person FROM wifi_phones f WHERE f.id = @id AND f.withdrawn_at IS NULL AND {Seen(scope)}", scope.With(("@id", id)));
        if (person is null) return false;
        int reports = End(session, "id = @id", ("@id", id), by, Now());
        // Nothing more is made of what this phone showed; another one of the person may open the day again by what it shows.
        session.Execute("UPDATE wifi_days SET closed = @yes WHERE person = @person", ("@yes", true), ("@person", person));
        SqlAuditStore.Write(session, time, by, "wifi.withdraw", person, string.Create(CultureInfo.InvariantCulture, $"{reports} reports erased"), null);
        return true;
    }, cancellationToken);

    public Task<IReadOnlyList<WifiPhone>> PhonesAsync(SiteScope scope, string? person, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<WifiPhone>>(session => session.Query(
            $"""
            SELECT {Phone} FROM wifi_phones f LEFT JOIN people p ON p.userid = f.person
            WHERE {Seen(scope)} AND (CAST(@person AS TEXT) IS NULL OR f.person = @person)
            ORDER BY CASE WHEN f.withdrawn_at IS NULL THEN 0 ELSE 1 END, p.name, f.person, f.id DESC LIMIT @limit
            """,
            row => new WifiPhone(
                row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.TextOrNull(4), row.GetBoolean(5), row.GetString(6), row.GetString(7), row.GetInt64(8), row.GetInt64(9),
                row.GetString(10), row.LongOrNull(11), row.TextOrNull(12)),
            scope.With(("@person", person), ("@limit", (long)limit))), cancellationToken);

    public Task<IReadOnlyList<WifiSite>> SitesAsync(SiteScope scope, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<WifiSite>>(session => session.Query(
        $"""
        SELECT s.site, COALESCE(w.policy, 'off'), w.set_at, w.set_by, w.accepted_at,
          (SELECT COUNT(*) FROM wifi_phones f WHERE f.withdrawn_at IS NULL AND (f.site = s.site OR f.site = '*'))
        FROM (SELECT COALESCE(t.site, '') AS site FROM terminals t UNION SELECT x.site FROM wifi_policies x UNION SELECT '') s LEFT JOIN wifi_policies w ON w.site = s.site
        WHERE {scope.Site("s.site")} ORDER BY s.site
        """,
        row => new WifiSite(row.GetString(0), row.GetString(1), row.LongOrNull(2), row.TextOrNull(3), row.LongOrNull(4), row.GetInt64(5)), scope.Values()), cancellationToken);

    public Task SetPolicyAsync(string site, string policy, bool accepted, string by, CancellationToken cancellationToken = default)
    {
        if (!WifiPolicies.All.Contains(policy)) throw new ArgumentException($"There is no policy '{policy}'.", nameof(policy));
        if (policy == WifiPolicies.Punch && !accepted) throw new ArgumentException("The policy 'punch' needs somebody who accepts its risk.", nameof(accepted));
        return database.WriteAsync(session =>
        {
            session.Execute(
                """
                INSERT INTO wifi_policies (site, policy, set_at, set_by, accepted_at) VALUES (@site, @policy, @now, @by, @accepted)
                ON CONFLICT (site) DO UPDATE SET policy = @policy, set_at = @now, set_by = @by, accepted_at = @accepted
                """,
                ("@site", site), ("@policy", policy), ("@now", Now()), ("@by", by), ("@accepted", policy == WifiPolicies.Punch ? Now() : null));
            // What a day gave before does not go on under another policy.
            session.Execute("UPDATE wifi_days SET closed = @yes WHERE site = @site AND @stop", ("@yes", true), ("@site", site), ("@stop", policy != WifiPolicies.Punch));
            SqlAuditStore.Write(session, time, by, "wifi.policy", SiteNames.Shown(site), policy == WifiPolicies.Punch ? "punch; the risk is accepted" : policy, null);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<WifiRouter>> RoutersAsync(SiteScope scope, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<WifiRouter>>(session => session.Query(
        $"""
        SELECT r.router, COALESCE(t.site, ''), r.added_at, r.last_at,
          COALESCE((SELECT s.through FROM wifi_spools s WHERE s.router = r.router ORDER BY s.last_at DESC, s.first_at DESC LIMIT 1), 0),
          COALESCE((SELECT SUM(s.lost) FROM wifi_spools s WHERE s.router = r.router), 0), r.unknown
        FROM wifi_routers r JOIN terminals t ON t.name = r.router WHERE {scope.Site("t.site")} ORDER BY r.router
        """,
        row => new WifiRouter(row.GetString(0), row.GetString(1), row.GetInt64(2), row.LongOrNull(3), row.GetInt64(4), Convert.ToInt64(row.GetValue(5), CultureInfo.InvariantCulture), row.GetInt64(6)),
        scope.Values()), cancellationToken);

    public Task<RouterVerdict> AddRouterAsync(string router, string site, string by, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        if (session.Number("SELECT COUNT(*) FROM wifi_routers WHERE router = @router", ("@router", router)) > 0) return RouterVerdict.Already;
        if (session.Number("SELECT COUNT(*) FROM terminals WHERE name = @router AND (made OR ledger IS NOT NULL)", ("@router", router)) > 0
            || session.Number("SELECT COUNT(*) FROM ledgers WHERE terminal = @router", ("@router", router)) > 0) return RouterVerdict.IsTerminal;
        session.Execute("INSERT INTO terminals (name, created_at) VALUES (@router, @now) ON CONFLICT (name) DO NOTHING", ("@router", router), ("@now", Now()));
        session.Execute("UPDATE terminals SET site = @site WHERE name = @router", ("@site", site.Length == 0 ? null : site), ("@router", router));
        session.Execute(
            "INSERT INTO wifi_routers (router, ledger, ledger_at, added_at, added_by) VALUES (@router, @ledger, @now, @now, @by)",
            ("@router", router), ("@ledger", Guid.CreateVersion7().Text()), ("@now", Now()), ("@by", by));
        SqlAuditStore.Write(session, time, by, "wifi.router", router, $"site {SiteNames.Shown(site)}", null);
        return RouterVerdict.Added;
    }, cancellationToken);

    public Task<bool> IsRouterAsync(string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(session => session.Number("SELECT COUNT(*) FROM wifi_routers WHERE router = @name", ("@name", name)) > 0, cancellationToken);

    public Task<WifiTaken?> TakeAsync(string router, AssociationBatch batch, Func<long, string> dayOf, long oldest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(dayOf);
        // Its age counts from when it came, not from when the store got to it.
        long received = Now();
        return database.WriteAsync(session => new WifiKeeper(session, received, _clock, targets).Take(router, batch, dayOf, oldest), cancellationToken);
    }

    public Task<int> CloseAsync(string today, CancellationToken cancellationToken = default) =>
        database.WriteAsync(session => new WifiKeeper(session, Now(), _clock, targets).Close(today), cancellationToken);

    public Task<int> CleanAsync(long before, string day, CancellationToken cancellationToken = default) => database.WriteAsync(session =>
    {
        int removed = session.Execute("DELETE FROM wifi_reports WHERE received_at < @before", ("@before", before));
        session.Execute("DELETE FROM wifi_days WHERE day < @day", ("@day", day));
        session.Execute("DELETE FROM wifi_spools WHERE last_at < @before", ("@before", before));
        foreach (string left in session.Query(
            "SELECT DISTINCT f.person FROM wifi_phones f LEFT JOIN people p ON p.userid = f.person WHERE f.withdrawn_at IS NULL AND (p.userid IS NULL OR NOT p.active)", row => row.GetString(0)))
        {
            int reports = Forget(session, left, "bridge", Now());
            SqlAuditStore.Write(session, time, "bridge", "wifi.withdraw", left, string.Create(CultureInfo.InvariantCulture, $"left; {reports} reports erased"), null);
        }
        return removed;
    }, cancellationToken);

    public Task<IReadOnlyList<PhoneSeen>> SeenAsync(SiteScope scope, string person, long from, long until, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<PhoneSeen>>(session => session.Query(
            $"SELECT w.person, w.router, w.kind, w.at, w.uncertainty_ms FROM wifi_reports w WHERE w.person = @person AND w.at >= @from AND w.at < @until AND {scope.Terminal("w.router")} ORDER BY w.at, w.id",
            row => new PhoneSeen(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4)), scope.With(("@person", person), ("@from", from), ("@until", until))), cancellationToken);

    /// <summary>What goes before an address; made with the first need of it.</summary>
    internal static string Salt(SqlSession session, long now)
    {
        if (session.Text("SELECT value FROM settings WHERE key = @key", ("@key", SaltKey)) is { } known) return known;
        string salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now)", ("@key", SaltKey), ("@value", salt), ("@now", now));
        return salt;
    }

    /// <summary>Ends every registration of a person and erases all that was seen. Returns how many reports went.</summary>
    internal static int Forget(SqlSession session, string person, string by, long now)
    {
        session.Execute("DELETE FROM wifi_days WHERE person = @person", ("@person", person));
        return End(session, "person = @person", ("@person", person), by, now);
    }

    private static int End(SqlSession session, string which, (string Name, object? Value) value, string by, long now)
    {
        int reports = session.Execute($"DELETE FROM wifi_reports WHERE phone IN (SELECT f.id FROM wifi_phones f WHERE f.{which} AND f.phone_key IS NOT NULL)", value);
        session.Execute(
            $"UPDATE wifi_phones SET phone_key = NULL, hint = NULL, withdrawn_at = @now, withdrawn_by = @by WHERE {which} AND withdrawn_at IS NULL", value, ("@now", now), ("@by", by));
        return reports;
    }

    private static string Seen(SiteScope scope) => $"{scope.Person("f.person")} AND (f.site = '*' OR {scope.Site("f.site")})";

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
