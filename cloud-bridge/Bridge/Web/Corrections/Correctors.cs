using Devices.Bridge.Corrections;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Corrections;

/// <summary>Who corrects, from who makes the request.</summary>
public sealed class Correctors(Viewer viewer, ICorrectionStore corrections)
{
    public async Task<Corrector> NowAsync(CancellationToken cancellationToken) =>
        new(viewer.Name, viewer.Scope, viewer.May(Permits.Correct), await corrections.PeopleOfAsync(viewer.Name, cancellationToken), viewer.Address);
}
