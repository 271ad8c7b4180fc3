using System.Diagnostics;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>
/// Two network namespaces with a router between them, in which packets can be lost without a word: a black-hole route discards what it
/// forwards and tells nobody (no FIN, no RST, no ICMP), as a broken switch or a Wi-Fi that lost its client does. Made with
/// <c>unshare</c> (in a user namespace where we are not root) and <c>ip</c>; nothing of the machine's own network is touched.
/// </summary>
internal sealed class DropNetwork : IAsyncDisposable
{
    public const string Board = "10.201.2.2";

    private const string Mcu = "10.201.1.2";

    private const string Script = """
        set -e
        ip link set lo up
        unshare -n sleep 600 & M=$!
        unshare -n sleep 600 & B=$!
        trap 'kill $M $B 2>/dev/null' EXIT
        n=0
        while [ "$(readlink /proc/$M/ns/net)" = "$(readlink /proc/self/ns/net)" ] || [ "$(readlink /proc/$B/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
          n=$((n+1)); [ $n -lt 200 ]; sleep 0.05
        done
        ip link add m0 type veth peer name m1
        ip link add b0 type veth peer name b1
        ip link set m1 netns $M
        ip link set b1 netns $B
        ip addr add 10.201.1.1/24 dev m0; ip link set m0 up
        ip addr add 10.201.2.1/24 dev b0; ip link set b0 up
        echo 1 > /proc/sys/net/ipv4/ip_forward
        nsenter -t $M -n sh -c 'ip link set lo up; ip addr add 10.201.1.2/24 dev m1; ip link set m1 up; ip route add default via 10.201.1.1'
        nsenter -t $B -n sh -c 'ip link set lo up; ip addr add 10.201.2.2/24 dev b1; ip link set b1 up; ip route add default via 10.201.2.1'
        echo ready $M $B
        set +e
        while read -r line; do eval "$line" </dev/null && echo ok || echo failed; done
        """;

    private readonly Process _router;
    private readonly bool _userNamespace;
    private readonly string _mcuPid;
    private readonly string _boardPid;

    private DropNetwork(Process router, bool userNamespace, string mcuPid, string boardPid) =>
        (_router, _userNamespace, _mcuPid, _boardPid) = (router, userNamespace, mcuPid, boardPid);

    /// <summary>What to put before a program so that it runs on the MCU's side.</summary>
    public string[] OnMcu => Enter(_mcuPid);

    /// <summary>What to put before a program so that it runs on the board's side.</summary>
    public string[] OnBoard => Enter(_boardPid);

    /// <summary>Makes it, or null with the reason where this machine does not permit it.</summary>
    public static async Task<(DropNetwork? Network, string Why)> TryStartAsync()
    {
        string why = "";
        foreach (string flags in Environment.IsPrivilegedProcess ? new[] { "-n", "-rn" } : ["-rn"])
        {
            ProcessStartInfo info = new("unshare", [flags, "sh", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            // ip lies outside an ordinary user's path on Debian.
            info.Environment["PATH"] += ":/usr/sbin:/sbin";
            try
            {
                Process router = Process.Start(info)!;
                string? line = await router.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                if (line?.Split(' ') is ["ready", var mcu, var board]) return (new(router, flags == "-rn", mcu, board), "");
                why = (await router.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().ReplaceLineEndings(" ");
                router.Dispose();
            }
            catch (System.ComponentModel.Win32Exception fault)
            {
                why = fault.Message;
            }
        }

        return (null, why);
    }

    /// <summary>From now on packets vanish, both ways.</summary>
    public async Task DropAsync()
    {
        await Command($"ip route add blackhole {Board}/32");
        await Command($"ip route add blackhole {Mcu}/32");
    }

    public async Task HealAsync()
    {
        await Command($"ip route del blackhole {Board}/32");
        await Command($"ip route del blackhole {Mcu}/32");
    }

    public async ValueTask DisposeAsync()
    {
        _router.StandardInput.Close();
        await _router.WaitForExitAsync();
        _router.Dispose();
    }

    private string[] Enter(string pid) => _userNamespace
        ? ["nsenter", "-t", pid, "--user", "--net", "--preserve-credentials"]
        : ["nsenter", "-t", pid, "--net"];

    private async Task Command(string line)
    {
        await _router.StandardInput.WriteLineAsync(line);
        await _router.StandardInput.FlushAsync();
        (await _router.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("ok", line);
    }
}
