using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Hosting;

/// <summary>The units of <c>hardware/systemd</c>, judged by systemd's own checker and run by a real systemd in namespaces of its own.</summary>
public sealed class SystemdTests : IDisposable
{
    private const string Systemd = "/lib/systemd/systemd", Unit = "devices-agent";
    private readonly Scratch _scratch = new();
    private Process? _process;

    public void Dispose()
    {
        // With --kill-child the namespace, and everything in it, ends with it.
        if (_process is { HasExited: false }) _process.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("devices-agent.service")]
    [InlineData("devices-provision-finish.service")]
    [InlineData("devices-provision-finish.timer")]
    public async Task A_unit_has_no_word_that_systemd_does_not_know(string unit)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed here.");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repo.Root, "hardware", "systemd"), "devices-*"))
        {
            // The programs are on a board, and not here.
            string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(_scratch[Path.GetFileName(file)], text.Replace("/opt/devices-agent/Devices.Edge.Agent", "/bin/true", StringComparison.Ordinal).Replace("/usr/local/bin/devices", "/bin/true", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        }

        (int code, string said) = await RunAsync("systemd-analyze", "verify", "--man=no", _scratch[unit]);
        said.ShouldBeEmpty();
        code.ShouldBe(0);
    }

    [Fact]
    public async Task The_agent_under_a_real_systemd_says_when_it_is_ready_and_is_started_again_after_a_crash_and_a_hang()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists(Systemd) && File.Exists("/usr/bin/unshare"), "A real systemd in namespaces of its own needs root, systemd and unshare.");
        await BootAsync();
        Dictionary<string, string> up = await UntilAsync(shown => shown["ActiveState"] == "active", "the agent says that it is ready");
        up["StatusText"].ShouldContain("cards only");
        string first = up["MainPID"];
        // The account, and nothing more than that.
        string status = await InsideAsync("cat", $"/proc/{first}/status");
        status.ShouldMatch(@"(?m)^Uid:\s+987\s+987\s+987\s+987$");
        status.ShouldMatch(@"(?m)^NoNewPrivs:\s+1$");
        status.ShouldMatch(@"(?m)^CapEff:\s+0+$");
        string said = "";
        for (Stopwatch since = Stopwatch.StartNew(); said.Length == 0 && since.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(100, TestContext.Current.CancellationToken))
            said = await InsideAsync("curl", "-s", "--unix-socket", "/var/lib/devices-agent/agent.sock", "http://agent/status");
        using (JsonDocument told = JsonDocument.Parse(said)) told.RootElement.GetProperty("terminal").GetString().ShouldBe("m2-001");

        await InsideAsync("kill", "-KILL", first);
        Dictionary<string, string> again = await UntilAsync(shown => shown["NRestarts"] == "1" && shown["ActiveState"] == "active", "it runs again after a crash");
        again["MainPID"].ShouldNotBe(first);

        await InsideAsync("kill", "-STOP", again["MainPID"]);
        Dictionary<string, string> third = await UntilAsync(shown => shown["NRestarts"] == "2" && shown["ActiveState"] == "active", "it runs again after it hung for longer than its watchdog waits");
        third["MainPID"].ShouldNotBe(again["MainPID"]);

        await InsideAsync("systemctl", "stop", Unit);
        Dictionary<string, string> end = await UntilAsync(shown => shown["ActiveState"] == "inactive", "it stops in order");
        (end["Result"], end["ExecMainStatus"]).ShouldBe(("success", "0"));
    }

    // A machine of its own as far as the unit sees: process, mount and cgroup namespaces, its own /etc, /opt, /run and /var/lib, and a boot that wants the agent alone.
    private async Task BootAsync()
    {
        string units = Directory.CreateDirectory(_scratch["units"]).FullName;
        File.Copy(Path.Combine(Repo.Root, "hardware", "systemd", Unit + ".service"), Path.Combine(units, Unit + ".service"));
        foreach (string target in (string[])["sysinit", "basic", "shutdown", "local-fs", "time-set", "multi-user", "umount", "final"])
            await File.WriteAllTextAsync(Path.Combine(units, target + ".target"), $"[Unit]\nDescription={target}\nDefaultDependencies=no\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(units, "boot.target"), $"[Unit]\nDescription=boot\nDefaultDependencies=no\nWants={Unit}.service\n", TestContext.Current.CancellationToken);
        // The unit as it is; only the watchdog's patience is a test's, and .NET is where this machine has it.
        Directory.CreateDirectory(Path.Combine(units, Unit + ".service.d"));
        await File.WriteAllTextAsync(Path.Combine(units, Unit + ".service.d", "bench.conf"), "[Service]\nWatchdogSec=8\nEnvironment=DOTNET_ROOT=/opt/dotnet\nStandardOutput=append:/run/agent.log\nStandardError=append:/run/agent.log\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_scratch["agent.json"], """{ "Terminal": "m2-001", "TimeZone": "Asia/Shanghai", "Camera": "none", "Mcu": { "Port": 0 } }""", TestContext.Current.CancellationToken);
        string dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string script = _scratch["boot.sh"];
        await File.WriteAllTextAsync(script, $"""
            set -e
            mount --make-rprivate /
            mount -t tmpfs tmpfs /run
            cp -a /etc /run/etc
            mount --bind /run/etc /etc
            echo 'devices-agent:x:987:987::/var/lib/devices-agent:/usr/sbin/nologin' >> /etc/passwd
            echo 'devices-agent:x:987:' >> /etc/group
            mkdir /etc/devices-agent
            cp '{_scratch["agent.json"]}' /etc/devices-agent/
            chmod 755 /etc/devices-agent; chmod 644 /etc/devices-agent/agent.json
            mkdir /run/opt /run/opt/devices-agent /run/opt/dotnet
            mount --bind '{Path.GetDirectoryName(Repo.Program("Devices.Edge.Agent", "Devices.Edge.Agent"))}' /run/opt/devices-agent
            mount --bind '{dotnet}' /run/opt/dotnet
            mount --rbind /run/opt /opt
            mount -t tmpfs tmpfs /var/lib
            mount -t proc proc /proc
            exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH='{units}' container=devices {Systemd} --system --unit=boot.target --log-target=null --show-status=no
            """, TestContext.Current.CancellationToken);
        _process = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["--pid", "--fork", "--kill-child=KILL", "--mount", "--uts", "--ipc", "--cgroup", "/bin/sh", script]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true })!;
    }

    private async Task<Dictionary<string, string>> UntilAsync(Func<Dictionary<string, string>, bool> holds, string what)
    {
        Stopwatch since = Stopwatch.StartNew();
        string last = "";
        while (true)
        {
            if (_process!.HasExited) throw new InvalidOperationException("systemd ended: " + await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            last = await InsideAsync("systemctl", "show", Unit, "-p", "ActiveState,SubState,NRestarts,MainPID,Result,StatusText,ExecMainStatus");
            Dictionary<string, string> shown = last.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
            if (shown.ContainsKey("MainPID") && holds(shown)) return shown;
            if (since.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException($"Not within 60 s: {what}. systemd says: {last}\nThe agent said: {await InsideAsync("tail", "-n", "30", "/run/agent.log")}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private async Task<string> InsideAsync(params string[] command)
    {
        string children = $"/proc/{_process!.Id}/task/{_process.Id}/children";
        string child = (await File.ReadAllTextAsync(children, TestContext.Current.CancellationToken)).Trim().Split(' ')[0];
        if (child.Length == 0) return "";
        return (await RunAsync("nsenter", ["-t", int.Parse(child, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), "-m", "-p", "-u", "-i", "-C", .. command])).Said;
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
