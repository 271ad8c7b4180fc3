namespace Devices.Bridge.Wifi;

/// <summary>The address of a phone's Wi-Fi radio, as people type it.</summary>
public static class MacAddress
{
    /// <summary>Reads <c>AA:BB:CC:DD:EE:FF</c>, with dashes, dots or nothing between; null where it is none that a phone can have.</summary>
    /// <returns>In lower case with colons, and whether it says of itself that it was made up (its second-lowest bit: IEEE 802, locally administered).</returns>
    public static (string Text, bool IsPrivate)? Read(string? typed)
    {
        string hex = (typed ?? "").Trim().Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        if (hex.Length != 12 || !hex.All(char.IsAsciiHexDigit)) return null;
        byte[] bytes = Convert.FromHexString(hex);
        // A group's address is no device's, and neither is none.
        if ((bytes[0] & 1) != 0 || bytes.All(b => b == 0)) return null;
        return (string.Join(':', bytes.Select(b => Convert.ToHexStringLower([b]))), (bytes[0] & 2) != 0);
    }
}
