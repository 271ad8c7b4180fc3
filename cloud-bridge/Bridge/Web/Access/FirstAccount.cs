using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Access;

/// <summary>Makes the first account, so that a new bridge can be entered at all.</summary>
public static class FirstAccount
{
    /// <summary>Name of the account made at the first start.</summary>
    public const string Name = "hr";

    /// <summary>Where there is no account: makes <see cref="Name"/> and returns its one-time password, to be shown once. Null where there is one.</summary>
    public static async Task<string?> EnsureAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        IAccountStore accounts = services.GetRequiredService<IAccountStore>();
        if (await accounts.AnyAccountAsync(cancellationToken)) return null;
        string password = await services.GetRequiredService<Passwords>().GiveOneTimeAsync(Name, cancellationToken);
        await services.GetRequiredService<IAuditStore>().AuditAsync("bridge", "account.created", Name, "first start", null, cancellationToken);
        return password;
    }
}
