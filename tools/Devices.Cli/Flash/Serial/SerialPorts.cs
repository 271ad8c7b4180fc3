using System.Globalization;

namespace Devices.Cli.Flash.Serial;

/// <summary>Finds and opens serial lines by what the technician wrote.</summary>
internal static class SerialPorts
{
    private const string Scheme = "rfc2217://";

    /// <summary>The USB serial ports of this machine; a board is behind one of them.</summary>
    /// <param name="sys">For tests: another root than <c>/sys</c>.</param>
    public static List<SerialPortInfo> List(string sys = "/sys")
    {
        if (OperatingSystem.IsWindows()) return WindowsPorts.List();
        string folder = Path.Combine(sys, "class/tty");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateDirectories(folder, "tty*")
            .Where(tty => Path.GetFileName(tty) is var name && (name.StartsWith("ttyUSB", StringComparison.Ordinal) || name.StartsWith("ttyACM", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(Describe)];
    }

    /// <summary>Opens <c>/dev/ttyUSB0</c>, <c>COM3</c>, a name below <c>/dev/serial/by-id</c>, or <c>rfc2217://host:port</c>.</summary>
    /// <exception cref="SerialLineException">It cannot be opened; the sentence says why.</exception>
    public static ISerialLine Open(string name, int baud)
    {
        if (!name.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            if (OperatingSystem.IsWindows()) return WindowsSerialLine.Open(name, baud, WindowsPorts.List().Exists(one => one.Path.Equals(name, StringComparison.OrdinalIgnoreCase) && one.IsUsbJtag));
            if (!OperatingSystem.IsLinux()) throw new SerialLineException(SerialFault.Unsupported, $"{name}: local serial ports are opened on Linux and Windows only. Share the port with an RFC 2217 server and give {Scheme}host:port.");
            string device = RealPath(name);
            return LinuxSerialLine.Open(name, baud, List().Exists(port => port.Path == device && port.IsUsbJtag));
        }

        string address = name[Scheme.Length..].Split('?', '/')[0];
        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
            throw new SerialLineException(SerialFault.Missing, $"'{name}' is not {Scheme}host:port.");
        return Rfc2217Line.Open(name, address[..colon].Trim('[', ']'), port, baud);
    }

    private static string RealPath(string path) => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static SerialPortInfo Describe(string tty)
    {
        string path = "/dev/" + Path.GetFileName(tty);
        // The tty hangs below the USB interface, that below the USB device, which has idVendor.
        for (string? at = RealDirectory(Path.Combine(tty, "device")); at is not null && at.Length > 4; at = Path.GetDirectoryName(at))
        {
            if (!File.Exists(Path.Combine(at, "idVendor"))) continue;
            return new(path, Read(at, "product"), $"{Read(at, "idVendor")}:{Read(at, "idProduct")}", Read(at, "serial"));
        }

        return new(path, null, null, null);
    }

    private static string? RealDirectory(string path) =>
        Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : null;

    private static string? Read(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
