using System.Diagnostics;
using System.Globalization;
using Devices.Up;

namespace Devices.Faults.Net;

/// <summary>
/// A board's own network and its own view of <c>boot_id</c>: namespaces held by a process that does nothing else. A program that is
/// started with <see cref="Prefix"/> sees no network but its own loopback and the wires laid into it.
/// </summary>
internal sealed class BoardSpace : IDisposable
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private readonly Process _holder;
    private readonly string? _bootFile;

    private BoardSpace(Process holder, string bootFile)
    {
        _holder = holder;
        _bootFile = bootFile;
    }

    public int Pid => _holder.Id;

    /// <summary>What stands before a program that runs on this board.</summary>
    public string[] Prefix => ["nsenter", "-t", Pid.ToString(CultureInfo.InvariantCulture), "-n", "-m", "--"];

    /// <param name="folder">Where the board's boot id is kept.</param>
    public static async Task<BoardSpace> Make(string folder, CancellationToken stop)
    {
        string boot = Path.Combine(folder, "boot_id");
        await File.WriteAllTextAsync(boot, Guid.NewGuid().ToString(), stop).ConfigureAwait(false);
        ProcessStartInfo info = new("unshare", ["--net", "--mount", "sh", "-c", $"PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && mount --bind {boot} {BootIdFile} && echo ready && exec sleep infinity"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process holder = Process.Start(info) ?? throw new UpFault("unshare could not be started.");
        string? line = await holder.StandardOutput.ReadLineAsync(stop).ConfigureAwait(false);
        if (line == "ready") return new(holder, boot);
        throw new UpFault($"A board's namespaces could not be made: {await holder.StandardError.ReadToEndAsync(stop).ConfigureAwait(false)}");
    }

    public Task<string> Run(string command, CancellationToken stop) =>
        Launch.Run("nsenter", ["-t", Pid.ToString(CultureInfo.InvariantCulture), "-n", "-m", "--", "/bin/sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command], stop);

    /// <summary>What starts on this board from now on starts in another boot: the power was gone.</summary>
    public void NewBoot()
    {
        if (_bootFile is not null) File.WriteAllText(_bootFile, Guid.NewGuid().ToString());
    }

    public void Dispose()
    {
        if (!_holder.HasExited) _holder.Kill();
        _holder.Dispose();
    }
}
