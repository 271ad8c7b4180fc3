namespace Devices.Bridge.Web.Security;

/// <summary>Where to go back to: only ever an address of this site.</summary>
internal static class LocalAddress
{
    /// <summary>The address where it is a path of this site, else <c>/</c>.</summary>
    public static string Or(string? address) =>
        address is { Length: > 0 and < 2000 } && address[0] == '/' && (address.Length == 1 || (address[1] is not ('/' or '\\')))
        && !address.AsSpan().ContainsAny('\r', '\n', '\\') && !address.Any(char.IsControl)
            ? address
            : "/";
}
