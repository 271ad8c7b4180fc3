using System.Diagnostics;
using Devices.Faults.Plan;
using Devices.Faults.World;

namespace Devices.Faults.Run;

/// <summary>What this machine allows, and this program's own namespaces.</summary>
internal static class Machine
{
    private static readonly string[] OwnSpaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL", "--"];

    /// <summary>Root, with the programs that make namespaces, and TUN devices.</summary>
    public static bool CanIsolate => Environment.IsPrivilegedProcess && File.Exists("/dev/net/tun") && Which("unshare") && Which("nsenter") && Which("ip");

    /// <summary>The kinds of a run, and a sentence for each that is left out.</summary>
    public static (IReadOnlyList<FaultKind> Kinds, IReadOnlyList<string> LeftOut) Kinds(FaultsOptions options)
    {
        List<FaultKind> kinds = [];
        List<string> without = [];
        foreach (FaultKind kind in FaultKind.All.Where(k => options.Kinds.Count == 0 || options.Kinds.Contains(k.Name)))
        {
            string? why = kind.Needs.HasFlag(Needs.Isolation) && !CanIsolate ? "it takes root, /dev/net/tun, unshare, nsenter and ip (Debian: util-linux, iproute2)"
                : kind.Needs.HasFlag(Needs.FakeTime) && FakeClock.Library is null ? "it takes Debian's libfaketime"
                : kind.Needs.HasFlag(Needs.Postgres) && !options.Postgres ? "the bridge is not on PostgreSQL (--postgres)"
                : kind.Name == "platform-packets" && !Which("nft") ? "it takes Debian's nftables"
                : kind.Name.EndsWith("-resend", StringComparison.Ordinal) && options.Terminals < 2 ? "only every second terminal has a relay (--terminals)"
                : null;
            if (why is null) kinds.Add(kind);
            else without.Add($"{kind.Name} is left out: {why}.");
        }
        return (kinds, without);
    }

    /// <summary>Runs this program again in namespaces of its own, in which it may cut wires, mount and kill; its exit code. Everything in them ends with it.</summary>
    public static async Task<int> Enter(string[] args)
    {
        ProcessStartInfo start = new("unshare", [.. OwnSpaces, Environment.ProcessPath!, .. args, "--inside"]);
        using Process inside = Process.Start(start)!;
        await inside.WaitForExitAsync().ConfigureAwait(false);
        return inside.ExitCode;
    }

    private static bool Which(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin:/usr/bin".Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));
}
