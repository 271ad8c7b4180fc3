namespace Devices.Bridge.Web.Parts;

/// <summary>
/// A kind of exception as people think of it. Each has four texts: <c>kind.KEY</c> (its name), <c>kind.KEY_what</c> (what happened),
/// <c>kind.KEY_means</c> (what that means) and <c>kind.KEY_do</c> (who settles it, and how).
/// </summary>
/// <param name="Takes">Whether an open row of that source and code is of this kind.</param>
/// <param name="Page">Where it is settled; null where "Done" is all there is to press.</param>
public sealed record ExceptionKind(string Key, Func<string, string, bool> Takes, string? Page = null)
{
    /// <summary>Punches that stay: these are read from the outbox, not from reports.</summary>
    public static IReadOnlyList<string> OfPunches { get; } = ["held", "unknown", "dead", "doubt", "budget"];

    /// <summary>Reports, gravest first. The last one takes whatever no other does, so that nothing is ever left out.</summary>
    public static IReadOnlyList<ExceptionKind> OfReports { get; } =
    [
        new("fork", (_, code) => code is "fork" or "rewound" or "shared-identity", "/terminals"),
        new("gap", (_, code) => code is "gap" or "chain", "/terminals"),
        new("clock", (_, code) => code.StartsWith("clock", StringComparison.Ordinal) || code == "reason.time_nonsense", "/terminals"),
        new("silence", (_, code) => code == "no-punches", "/terminals"),
        new("store", (_, code) => code is "unavailable" or "store-behind" or "photos-full" or "node-settings", "/settings"),
        new("platform", (source, _) => source is "delivery", "/delivery"),
        new("compare", (source, _) => source is "reconcile", "/delivery"),
        new("roster", (source, _) => source is "roster" or "events", "/roster"),
        new("correction", (source, _) => source is "correction", "/corrections"),
        new("plan", (source, _) => source is "plan", "/settings"),
        new("updates", (source, _) => source is "updates", "/releases"),
        new("notices", (source, _) => source is "notices" or "alerts", "/settings"),
        new("certificate", (source, _) => source is "certificates", "/terminals"),
        new("message", (source, code) => source is "access" || code is "malformed" or "oversized" or "version" or "wrong-terminal" or "unwanted", "/terminals"),
        new("other", (_, _) => true),
    ];

    /// <summary>The kind of a row.</summary>
    public static ExceptionKind Of(string source, string code) => OfReports.First(k => k.Takes(source, code));

    /// <summary>Reasons for which nobody can be found at the other end: the person has to be put right, not the punch.</summary>
    public static bool IsUnknownPerson(string? reasonCode) =>
        reasonCode is "reason.no_such_person" or "reason.outside_scope" or "reason.erpnext_no_employee" or "reason.erpnext_two_employees";
}
