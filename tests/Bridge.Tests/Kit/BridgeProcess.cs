using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Devices.Bridge.Tests.Kit;

/// <summary>The built program as a process of its own.</summary>
public sealed partial class BridgeProcess : IDisposable
{
    private readonly Process _process;

    private BridgeProcess(Process process) => _process = process;

    public string Http { get; private set; } = "";
    public string Https { get; private set; } = "";
    public string Mqtt { get; private set; } = "";
    public List<string> Output { get; } = [];

    /// <summary>All of its log, when it has ended.</summary>
    public Task<string> Errors { get; private init; } = null!;

    /// <summary>Starts it on a data directory and waits for its ready line.</summary>
    public static async Task<BridgeProcess> StartAsync(string data, params string[] settings)
    {
        Process process = Launch([$"--Bridge:Data={data}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Port=0",
            "--Bridge:Https:Bind=127.0.0.1", "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Platform:Kind=none", "--Bridge:Ingest:ClockOldDays=0", .. settings]);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        BridgeProcess bridge = new(process) { Errors = errors };
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            bridge.Output.Add(line);
            if (Ready().Match(line) is { Success: true } ready)
            {
                (bridge.Http, bridge.Https, bridge.Mqtt) = (ready.Groups[1].Value, ready.Groups[2].Value, ready.Groups[3].Value);
                return bridge;
            }
        }
        throw new InvalidOperationException($"The bridge did not get ready: {await errors}");
    }

    /// <summary>Runs a subcommand to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        using Process process = Launch(args);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        // The shell's own kill: a small machine has no program of that name.
        using Process kill = Process.Start("sh", ["-c", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static Process Launch(string[] args)
    {
        // The program's own output folder, not the copy beside the tests: that is what is shipped.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.Combine(AppContext.BaseDirectory, "..", "..", "Devices.Bridge", configuration, "Devices.Bridge.dll");
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.GetFullPath(program));
        foreach (string arg in args) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^bridge ready http=(\S+) https=(\S+) mqtt=(\S+)$")]
    private static partial Regex Ready();
}
