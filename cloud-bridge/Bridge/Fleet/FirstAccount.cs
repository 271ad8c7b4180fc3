using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>At first start makes the account <c>hr</c> and tells its one-time password once.</summary>
public sealed class FirstAccount(IAccountStore accounts, IAuditStore audit)
{
    public const string Name = "hr";

    /// <summary>The account with a one-time password: whoever sets the bridge up may do everything, and makes the others.</summary>
    public static NewAccount With(string oneTime) => new(Name, Passwords.Hash(oneTime), AccountRoles.First, SiteScope.All);

    /// <summary>The one-time password, or null where there is an account already.</summary>
    public async Task<string?> EnsureAsync(CancellationToken cancellationToken = default)
    {
        if (await accounts.AnyAccountAsync(cancellationToken)) return null;
        string password = Passwords.NewOneTime();
        await accounts.AddAccountAsync(With(password), cancellationToken);
        await audit.AuditAsync("bridge", "account created", Name, "one-time password", null, cancellationToken);
        return password;
    }
}
