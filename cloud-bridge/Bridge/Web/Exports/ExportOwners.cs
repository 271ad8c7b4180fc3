using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Exports;

/// <inheritdoc cref="IExportOwners"/>
public sealed class ExportOwners(IAccountStore accounts) : IExportOwners
{
    /// <inheritdoc/>
    public async Task<SiteScope?> ScopeAsync(string account, CancellationToken cancellationToken)
    {
        if (await accounts.FindAccountAsync(account, cancellationToken) is not { Disabled: false } found) return null;
        IReadOnlyList<string> rights = Permits.Of(found.Roles);
        return rights.Contains(Permits.Export) && rights.Contains(Permits.ReadPunches) ? found.Scope : null;
    }
}
