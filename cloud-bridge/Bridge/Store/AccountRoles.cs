namespace Devices.Bridge.Store;

/// <summary>What an account may be; it has one or more. What each may do: <c>Web/Access/Permits.cs</c>.</summary>
public static class AccountRoles
{
    /// <summary>Reads people and punches of its sites, corrects, exports, does what privacy asks for.</summary>
    public const string Hr = "hr";

    /// <summary>Of a site: reads it and proposes corrections.</summary>
    public const string Manager = "manager";

    /// <summary>Terminals, fleet, delivery; sees no punches of named people.</summary>
    public const string Operator = "operator";

    /// <summary>Reads everything, the audit log too, and changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>Accounts, roles and settings.</summary>
    public const string Admin = "admin";

    /// <summary>In the order in which pages show them.</summary>
    public static IReadOnlyList<string> Every { get; } = [Hr, Manager, Operator, Auditor, Admin];

    /// <summary>Of a new bridge's only account, and of accounts that are older than roles: nobody is locked out.</summary>
    public static IReadOnlyList<string> First { get; } = [Hr, Operator, Auditor, Admin];
}
