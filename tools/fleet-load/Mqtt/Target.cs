using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Devices.FleetLoad.Mqtt;

/// <summary>Where to connect. Only loopback: this tool loads nobody's network.</summary>
internal sealed record Target(IPEndPoint At, X509Certificate2? Root)
{
    /// <summary>The address in a bridge's ready line.</summary>
    public static Target Of(string address, X509Certificate2 root)
    {
        Uri uri = new(address);
        IPAddress host = IPAddress.Parse(uri.Host.Trim('[', ']'));
        return IPAddress.IsLoopback(host) ? new(new(host, uri.Port), root) : throw new LoadFault($"{address} is not on this machine's loopback; only that is loaded.");
    }
}
