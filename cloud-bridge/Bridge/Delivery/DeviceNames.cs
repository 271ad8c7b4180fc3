using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>What the platform shows as the place of a punch: the site and the terminal.</summary>
public sealed class DeviceNames(ITerminalStore terminals)
{
    /// <summary>
    /// <c>site/terminal</c>, or the terminal alone where it has no site. The same name must come out for sending and for
    /// looking up, so a site renamed in between costs one more lookup and shows as "not recorded": rename when the outbox is empty.
    /// </summary>
    public async Task<string> OfAsync(string terminal, CancellationToken cancellationToken)
    {
        TerminalRow? row = await terminals.FindTerminalAsync(SiteScope.All, terminal, cancellationToken);
        return string.IsNullOrWhiteSpace(row?.Site) ? terminal : $"{row.Site}/{terminal}";
    }
}
