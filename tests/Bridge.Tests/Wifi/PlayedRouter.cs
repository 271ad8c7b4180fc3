using System.Diagnostics;
using System.Globalization;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Wifi;

/// <summary>
/// A router: the script itself in busybox's shell with busybox's tools and nothing else of this machine but mosquitto_rr, openssl and curl.
/// Played are only <c>ubus</c>, which tells who is on the air, and the wire's beginning, which keeps what is sent and can lose an answer.
/// </summary>
internal sealed class PlayedRouter : IDisposable
{
    private readonly TempDirectory _directory = new();
    private Process? _process;

    public PlayedRouter(string name, Uri mqtt, Uri https)
    {
        string bin = _directory.File("bin");
        Directory.CreateDirectory(bin);
        Process.Start("busybox", ["--install", "-s", bin]).WaitForExit();
        foreach (string program in (string[])["openssl", "curl"])
        {
            File.Delete(Path.Combine(bin, program));
            File.CreateSymbolicLink(Path.Combine(bin, program), Found(program));
        }
        // A router looks less often; a test has no time.
        Write(bin, "sleep", $"#!/bin/sh\nexec {Found("busybox")} sleep 0.2");
        Write(bin, "ubus", $"""
            #!/bin/sh
            case "$1 $2" in
              'list hostapd.*') echo hostapd.phy0-ap0 ;;
              'call hostapd.phy0-ap0') [ "$3" = get_clients ] && cat '{_directory.File("air")}' ;;
              *) exit 4 ;;
            esac
            """);
        Write(bin, "mosquitto_rr", $"""
            #!/bin/sh
            for batch; do :; done
            printf '%s\n' "$batch" >>'{Wire}'
            case $batch in *seq*) told=1 ;; *) told=0 ;; esac
            if [ -f '{_directory.File("lose")}' ] && [ $told = 1 ]; then
              rm '{_directory.File("lose")}'
              {Found("mosquitto_rr")} "$@" >/dev/null
              kill -9 "$(cat '{_directory.File("state/pid")}')" "$PPID"
              exit 9
            fi
            exec {Found("mosquitto_rr")} "$@"
            """);
        File.WriteAllText(Config, $"""
            bridge={mqtt.Host}
            port={mqtt.Port}
            https_port={https.Port}
            name={name}
            tls={_directory.File("tls")}
            spool={_directory.File("spool")}
            state={_directory.File("state")}
            poll=1
            away=1
            heartbeat=1
            """);
        Show();
    }

    /// <summary>Everything that was ever handed to MQTT.</summary>
    public string Wire => _directory.File("wire");

    private string Config => _directory.File("conf");

    /// <summary>Whether this machine has what a router has.</summary>
    public static string? Missing => new[] { "busybox", "mosquitto_rr", "openssl", "curl" }.FirstOrDefault(p => Paths(p) is null) is { } program ? $"{program} is not installed; tools/test installs it" : null;

    /// <summary>Who is on the air from now on; an address with a <c>?</c> has not finished the handshake.</summary>
    public void Show(params IReadOnlyList<string> addresses)
    {
        string clients = string.Join(",\n", addresses.Select(a => $"\t\t\"{a.TrimEnd('?')}\": {{\n\t\t\t\"auth\": true,\n\t\t\t\"authorized\": {(a.EndsWith('?') ? "false" : "true")}\n\t\t}}"));
        File.WriteAllText(_directory.File("air.new"), $"{{\n\t\"freq\": 5180,\n\t\"clients\": {{\n{clients}\n\t}}\n}}\n");
        File.Move(_directory.File("air.new"), _directory.File("air"), overwrite: true);
    }

    /// <summary>The next message with a report arrives, its answer does not, and the script is killed (SIGKILL) before it could read one.</summary>
    public void LoseTheAnswer() => File.WriteAllText(_directory.File("lose"), "");

    public (int Code, string Errors) Run(params IReadOnlyList<string> arguments)
    {
        using Process process = Launch(arguments);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }

    public void Start() => _process = Launch(["run"]);

    public bool HasEnded => _process!.HasExited;

    public string Spool => Read("spool/reports");

    public string List => Read("state/list");

    public string Sent => Read("wire");

    public void Dispose()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        _process?.WaitForExit();
        _process?.Dispose();
        _directory.Dispose();
    }

    private string Read(string name) => File.Exists(_directory.File(name)) ? File.ReadAllText(_directory.File(name)) : "";

    private Process Launch(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("busybox") { RedirectStandardError = true };
        foreach (string one in (IReadOnlyList<string>)["ash", Script(), .. arguments, "--config", Config]) start.ArgumentList.Add(one);
        start.Environment["PATH"] = _directory.File("bin");
        Process process = Process.Start(start)!;
        return process;
    }

    private static void Write(string folder, string name, string text)
    {
        string file = Path.Combine(folder, name);
        File.Delete(file);
        File.WriteAllText(file, text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Found(string program) => Paths(program) ?? throw new InvalidOperationException($"{program} is not installed.");

    private static string? Paths(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists);

    private static string Script() => Path.Combine(Checkout.Root, "hardware", "openwrt", "devices-wifi");
}
