using System.Security.Cryptography;
using System.Text;

namespace Devices.Cli.View;

/// <summary>
/// Who may see the page: the first browser that brings the token of the printed address gets a cookie for it, and the token is dead.
/// Other accounts of this machine can connect to a loopback port, and other sites can make a browser do so; neither knows token or cookie.
/// A name in the Host header that is not this machine's own is a site whose name was pointed here (DNS rebinding). Thread-safe.
/// </summary>
public sealed class ViewGate
{
    private readonly string _token = Secret();
    private readonly string _cookie = Secret();
    private int _used;

    /// <summary>What stands in the printed address.</summary>
    public string Token => _token;

    /// <summary>The cookie's value.</summary>
    public string Cookie => _cookie;

    /// <summary>Whether this Host header names the machine itself; the port may be another one, as through ssh.</summary>
    public static bool IsOwnName(string host) => host is "127.0.0.1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for the right token, once.</summary>
    public bool Redeem(string? token) => Same(token, _token) && Interlocked.Exchange(ref _used, 1) == 0;

    public bool Knows(string? cookie) => Same(cookie, _cookie);

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static bool Same(string? given, string wanted) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));
}
