using Devices.Up;

namespace Devices.Faults.Net;

/// <summary>Commands of the system: ip, nft, mount.</summary>
internal static class Shell
{
    private static readonly string[] Begin = ["-c"];

    /// <exception cref="UpFault">It failed; with what it said.</exception>
    public static Task<string> Run(string command, CancellationToken stop) =>
        // ip, nft and mount lie outside an ordinary user's path on Debian.
        Launch.Run("/bin/sh", [.. Begin, "PATH=$PATH:/usr/sbin:/sbin; " + command], stop);
}
