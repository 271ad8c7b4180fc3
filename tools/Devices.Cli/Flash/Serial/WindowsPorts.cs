using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Microsoft.Win32;

namespace Devices.Cli.Flash.Serial;

/// <summary>The COM ports of Windows, from the registry: which there are now, and what USB device each belongs to.</summary>
internal static partial class WindowsPorts
{
    private const string Present = @"HARDWARE\DEVICEMAP\SERIALCOMM", Known = @"SYSTEM\CurrentControlSet\Enum";

    [SupportedOSPlatform("windows")]
    public static List<SerialPortInfo> List()
    {
        using RegistryKey? present = Registry.LocalMachine.OpenSubKey(Present);
        if (present is null) return [];
        HashSet<string> ports = [.. present.GetValueNames().Select(name => present.GetValue(name)?.ToString()).OfType<string>()];
        return Match(ports, Devices());
    }

    /// <summary>Ports that are there, by number; with product, vendor and serial where a device claims the port.</summary>
    /// <param name="devices">Path below Enum, as <c>USB\VID_303A&amp;PID_1001&amp;MI_00\7&amp;123</c>, the port and the friendly name. Devices of the past are among them.</param>
    internal static List<SerialPortInfo> Match(HashSet<string> ports, IEnumerable<(string Path, string Port, string? Name)> devices)
    {
        ILookup<string, (string Path, string Port, string? Name)> by = devices.ToLookup(one => one.Port, StringComparer.OrdinalIgnoreCase);
        return [.. ports.Select(port => Describe(port, by[port].Where(one => Ids().IsMatch(one.Path)).Select(one => ((string, string?)?)(one.Path, one.Name)).FirstOrDefault())).OrderBy(one => Number(one.Path)).ThenBy(one => one.Path, StringComparer.Ordinal)];
    }

    private static SerialPortInfo Describe(string port, (string Path, string? Name)? device)
    {
        if (device is not { } found || Ids().Match(found.Path) is not { Success: true } ids) return new(port, null, null, null);
        string instance = found.Path[(found.Path.LastIndexOf('\\') + 1)..];
        // An instance with '&' was made by Windows: the device has no serial number of its own.
        return new(port, found.Name is { } name ? PortSuffix().Replace(name, "") : null, $"{ids.Groups[1].Value}:{ids.Groups[2].Value}".ToLowerInvariant(), instance.Contains('&', StringComparison.Ordinal) ? null : instance);
    }

    private static int Number(string port) => int.TryParse(port.AsSpan(port.TakeWhile(c => !char.IsAsciiDigit(c)).Count()), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;

    [SupportedOSPlatform("windows")]
    private static IEnumerable<(string, string, string?)> Devices()
    {
        foreach (string bus in (string[])["USB", "FTDIBUS"])
        {
            using RegistryKey? root = Registry.LocalMachine.OpenSubKey($@"{Known}\{bus}");
            foreach (string device in root?.GetSubKeyNames() ?? [])
            {
                using RegistryKey? instances = root!.OpenSubKey(device);
                foreach (string instance in instances?.GetSubKeyNames() ?? [])
                {
                    using RegistryKey? one = instances!.OpenSubKey(instance);
                    using RegistryKey? parameters = one?.OpenSubKey("Device Parameters");
                    if (parameters?.GetValue("PortName")?.ToString() is { } port) yield return ($@"{bus}\{device}\{instance}", port, one!.GetValue("FriendlyName")?.ToString());
                }
            }
        }
    }

    // USB\VID_303A&PID_1001 and FTDIBUS\VID_0403+PID_6001+A50285BI
    [GeneratedRegex("VID_([0-9A-F]{4})[&+]PID_([0-9A-F]{4})", RegexOptions.IgnoreCase)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\s*\(COM\d+\)$")]
    private static partial Regex PortSuffix();
}
