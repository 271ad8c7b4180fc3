using System.Collections.Frozen;
using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>
/// What may be done, one right each; the name is that of its authorization policy. Every page, action and address names one
/// (<c>@attribute [Authorize(Permits.ReadPunches)]</c>, <c>.RequireAuthorization(Permits.Export)</c>); a test fails for one that names none.
/// A right says what, the account's <see cref="SiteScope"/> says of which sites: both hold.
/// </summary>
public static class Permits
{
    /// <summary>Punches of named people: board, list, months, photos.</summary>
    public const string ReadPunches = "read-punches";
    public const string ProposeCorrections = "propose-corrections";

    /// <summary>Corrections, and what becomes of a punch that cannot be delivered as it is.</summary>
    public const string Correct = "correct";
    public const string Export = "export";
    public const string ReadPeople = "read-people";

    /// <summary>Decisions about the roster, and which site a person belongs to.</summary>
    public const string ManagePeople = "manage-people";

    /// <summary>Consents, a person's own data, erasure, retention.</summary>
    public const string Privacy = "privacy";

    /// <summary>Terminals, and exceptions that name no person.</summary>
    public const string ReadTerminals = "read-terminals";

    /// <summary>Terminals, their settings and commands, delivery.</summary>
    public const string Operate = "operate";

    /// <summary>Closing a row of the exceptions list.</summary>
    public const string Settle = "settle";
    public const string ReadAudit = "read-audit";

    /// <summary>Who has which role: for whoever reviews it.</summary>
    public const string ReadAccounts = "read-accounts";
    public const string ManageAccounts = "manage-accounts";
    public const string ManageSettings = "manage-settings";

    /// <summary>Rules that belong to HR: shifts and holidays, what corrections need, how long things are kept.</summary>
    public const string ManageRules = "manage-rules";

    /// <summary>No right but a log-in: one's own password, sessions, log-out.</summary>
    public const string OwnAccount = "own-account";

    /// <summary>
    /// No right but a scope of every site, beside a right: what is about the whole organisation and cannot be told for a part of it
    /// (<c>[Authorize(Permits.ReadAudit), Authorize(Permits.EverySite)]</c>).
    /// </summary>
    public const string EverySite = "every-site";

    /// <summary>Every right that a role can give.</summary>
    public static IReadOnlyList<string> Rights { get; } =
    [
        ReadPunches, ProposeCorrections, Correct, Export, ReadPeople, ManagePeople, Privacy, ReadTerminals, Operate, Settle, ReadAudit, ReadAccounts, ManageAccounts, ManageSettings, ManageRules,
    ];

    private static readonly FrozenDictionary<string, string[]> Table = new Dictionary<string, string[]>
    {
        [AccountRoles.Hr] = [ReadPunches, ProposeCorrections, Correct, Export, ReadPeople, ManagePeople, Privacy, ReadTerminals, Settle, ManageRules],
        [AccountRoles.Manager] = [ReadPunches, ProposeCorrections, Export, ReadPeople, ReadTerminals],
        // Sees that punches come and go, and not whose.
        [AccountRoles.Operator] = [ReadTerminals, Operate, Settle],
        // Everything that reads; nothing that changes.
        [AccountRoles.Auditor] = [ReadPunches, Export, ReadPeople, ReadTerminals, ReadAudit, ReadAccounts],
        [AccountRoles.Admin] = [ReadAccounts, ManageAccounts, ManageSettings, ManageRules],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What these roles may do together.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> roles)
    {
        HashSet<string> had = [.. roles.SelectMany(role => Table.GetValueOrDefault(role) ?? [])];
        return [.. Rights.Where(had.Contains)];
    }
}
