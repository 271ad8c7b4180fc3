using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Devices.Bridge.Tests.Web.Browser;

/// <summary>One look at a page.</summary>
/// <param name="Name">Of its screenshots.</param>
/// <param name="Address">Path and query.</param>
/// <param name="Status">What the server answers; 0 for whatever is no fault of its own.</param>
/// <param name="LoggedIn">Whether by somebody who is logged in.</param>
internal sealed record Visit(string Name, string Address, int Status = 200, bool LoggedIn = true);

/// <summary>Every page there is, at least once each. A page without an entry fails <see cref="BrowserTests"/>.</summary>
internal static class Visits
{
    public static IReadOnlyDictionary<string, Visit[]> Of(Office office)
    {
        HashSet<string> there = [.. Routes()];
        return All(office).Where(v => there.Contains(v.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private static Dictionary<string, Visit[]> All(Office office) => new(StringComparer.Ordinal)
    {
        ["/terminals/{Name}"] = [new("terminal", "/terminals/gate-1")],
        ["/account"] = [new("account", "/account")],
        ["/account/second"] = [new("account-second", "/account/second")],
        ["/accounts"] = [new("accounts", "/accounts")],
        ["/accounts/new"] = [new("accounts-new", "/accounts/new")],
        ["/accounts/{Name}"] = [new("accounts-one", "/accounts/hr")],
        ["/login/code"] = [new("login-code", "/login/code", 0, LoggedIn: false)],
        ["/phones"] = [new("phones", "/phones"), new("phones-private", "/phones?added=private&problem=phones.taken")],
        ["/privacy"] = [new("privacy", "/privacy")],
        ["/privacy/erased/{Person}"] = [new("privacy-erased", "/privacy/erased/u1300", 0)],
        ["/corrections"] = [new("corrections", "/corrections")],
        ["/corrections/new"] = [new("corrections-new", "/corrections/new?person=u1000", 0)],
        ["/corrections/punch/{Id:long}"] = [new("corrections-punch", $"/corrections/punch/{office.Dead.Id}", 0)],
        ["/corrections/{Id:long}"] = [new("correction", "/corrections/1", 0)],
        ["/closings"] = [new("closings", "/closings")],
        ["/exports"] = [new("exports", "/exports")],
        ["/exports/new"] = [new("exports-new", "/exports/new")],
        ["/claims"] = [new("claims", "/claims")],
        ["/api-keys"] = [new("api-keys", "/api-keys")],
        ["/rules"] = [new("rules", "/rules")],
        ["/plan"] = [new("plan", "/plan")],
        ["/wishes"] = [new("wishes", "/wishes"), new("wishes-site", "/wishes?site=%E6%80%BB%E9%83%A8%20Headquarters")],
        ["/releases"] = [new("releases", "/releases")],
        ["/webhook"] = [new("webhook", "/webhook")],
        ["/"] = [new("board", "/"), new("board-missing", "/?show=missing&department=10&site=*"), new("board-yesterday", "/?day=2026-11-25&show=all")],
        ["/punches"] = [new("punches", "/punches"), new("punches-filtered", "/punches?from=2026-11-26&state=dead"), new("punches-none", "/punches?person=nobody&from=yesterday")],
        ["/punches/{Terminal}/{Ledger:guid}/{Seq:long}/photo"] = [new("photo", $"/punches/{office.Dead.Key}/photo")],
        ["/punches/{Terminal}/{Ledger:guid}/{Seq:long}"] = [new("punch", $"/punches/{office.Dead.Key}"), new("punch-none", $"/punches/{office.Dead.Key}9999", 404)],
        ["/people"] = [new("people", "/people"), new("people-search", "/people?q=王&department=10&status=all")],
        ["/person"] = [new("person", "/person?id=u1000"), new("person-left", "/person?id=u1300")],
        ["/person/month"] = [new("person-month", "/person/month?id=u1005"), new("person-month-night", "/person/month?id=u1008&month=2026-11")],
        ["/department/month"] = [new("department-month", "/department/month"), new("department-month-workshop", "/department/month?department=31&month=2026-11")],
        ["/statistics"] = [new("statistics", "/statistics?from=2026-11-16&to=2026-11-26")],
        ["/settings"] = [new("settings", "/settings")],
        ["/walls"] = [new("walls", "/walls")],
        ["/wall/{Secret}"] = [new("wall", $"/wall/{office.WallNumbers}", LoggedIn: false), new("wall-names", $"/wall/{office.WallNames}", LoggedIn: false), new("wall-none", "/wall/0123456789012345678901234567890123456789", 404, LoggedIn: false)],
        ["/exceptions/closed"] = [new("exceptions-closed", "/exceptions/closed")],
        ["/audit"] = [new("audit", "/audit"), new("audit-filtered", "/audit?who=hr&what=csv.export&from=2026-11-26")],
        ["/exceptions"] = [new("exceptions", "/exceptions")],
        ["/delivery"] = [new("delivery", "/delivery")],
        ["/roster"] = [new("roster", "/roster")],
        ["/patrol"] = [new("patrol", "/patrol")],
        ["/patrol/{Name}"] = [new("patrol-one", "/patrol/gate-1")],
        ["/terminals"] = [new("terminals", "/terminals")],
        ["/account/password"] = [new("password", "/account/password")],
        ["/login"] = [new("login", "/login", LoggedIn: false)],
        ["/error"] = [new("error", "/error")],
        ["/not-found"] = [new("not-found", "/no-such-page", 404)],
    };

    /// <summary>The routes of all page components.</summary>
    public static IEnumerable<string> Routes() =>
        typeof(Devices.Bridge.Web.App).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template);
}
