using System.Text;

namespace Devices.Cli.Wifi;

/// <summary>What a Wi-Fi network's name and password can be.</summary>
internal static class WifiRules
{
    private const int LongestName = 32, LongestPassword = 64;

    /// <summary>Null where a network can have this name.</summary>
    public static string? NameFault(string name) => name.Length == 0 ? "is empty." : Fault(name, LongestName);

    /// <summary>Null where a network can have this password; an empty one is an open network.</summary>
    public static string? PasswordFault(string password) => Fault(password, LongestPassword);

    private static string? Fault(string text, int most) =>
        Encoding.UTF8.GetByteCount(text) > most ? $"has {Encoding.UTF8.GetByteCount(text)} bytes; a network takes {most}."
        : text.Any(char.IsControl) ? "has characters that no network takes." : null;
}
