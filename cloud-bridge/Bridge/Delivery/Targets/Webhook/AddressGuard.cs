using System.Net;
using System.Net.Sockets;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>
/// Keeps a webhook from reaching into our own network (server-side request forgery). The name is resolved here, each address is
/// judged, and the socket goes to a judged address: a name that changes its answer between judging and calling gains nothing.
/// </summary>
public static class AddressGuard
{
    // Not globally reachable, or meant for somebody else: IANA's special-purpose registries (RFC 6890 and what followed).
    private static readonly IPNetwork[] NotPublic =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork[] NotPublicV6 = [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20")];

    /// <summary>Whether an address belongs to the public Internet. Those that carry an IPv4 address inside are judged by it or refused.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return !NotPublic.Any(n => n.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0) return false;
        // Also leaves out 64:ff9b::/96 (NAT64), ::/96, fc00::/7, fe80::/10 and ff00::/8.
        if (!GlobalUnicast.Contains(address) || NotPublicV6.Any(n => n.Contains(address))) return false;
        return !SixToFour.Contains(address) || IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(2, 4)));
    }

    /// <summary>A handler for calls to somebody else's address: no redirects, no cookies, no proxy, small headers, and public addresses only unless told otherwise.</summary>
    /// <param name="resolve">For tests: how a name is resolved.</param>
    public static SocketsHttpHandler Handler(bool allowPrivate, TimeSpan connectTimeout, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name itself, behind the judge's back.
        UseProxy = false,
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 0,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, resolve ?? Dns.GetHostAddressesAsync, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint end, bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        IPAddress[] found = IPAddress.TryParse(end.Host, out IPAddress? literal) ? [literal] : await resolve(end.Host, cancellationToken);
        IPAddress[] allowed = allowPrivate ? found : [.. found.Where(IsPublic)];
        if (found.Length > 0 && allowed.Length == 0) throw new PrivateAddressException($"{end.Host} resolves to {found[0]}.");
        if (allowed.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, end.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
