using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Bridge.Tests.Kit;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.PowerCut.Tests.Real;

/// <summary>The bridge as a real process, started through another program.</summary>
internal sealed partial class BridgeUnder : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _data;
    private readonly string[] _beside;

    private BridgeUnder(Process process, string data, string[] beside) => (_process, _data, _beside) = (process, data, beside);

    public int Id => _process.Id;

    public string Http { get; private set; } = "";

    public string Https { get; private set; } = "";

    public string Mqtt { get; private set; } = "";

    public bool HasExited => _process.HasExited;

    /// <param name="beside">Through what a subcommand sees the same files, for a process.</param>
    public static async Task<BridgeUnder> StartAsync(string data, string[] through, Func<int, string[]>? beside = null)
    {
        Process process = Launch(through, $"--Bridge:Data={data}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1",
            "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Platform:Kind=none", "--Bridge:Ingest:ClockOldDays=0");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        BridgeUnder bridge = new(process, data, beside?.Invoke(process.Id) ?? []);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Ready().Match(line) is not { Success: true } ready) continue;
            (bridge.Http, bridge.Https, bridge.Mqtt) = (ready.Groups[1].Value, ready.Groups[2].Value, ready.Groups[3].Value);
            return bridge;
        }

        throw new InvalidOperationException($"The bridge did not get ready: {await errors}");
    }

    public async Task<Enrolled> EnrolAsync(string terminal)
    {
        using Process process = Launch(_beside, "claim", "--data", _data, "--terminal", terminal, "--json");
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        using JsonDocument claim = JsonDocument.Parse(text);
        return await Enrolled.EnrolAsync(Https, terminal, claim.RootElement.GetProperty("claim").GetString()!);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Mounted.Run(["sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static Process Launch(string[] through, params string[] args)
    {
        string[] line = [.. through, Repo.Program("Devices.Bridge", "Devices.Bridge"), .. args];
        return Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    [GeneratedRegex(@"^bridge ready http=(\S+) https=(\S+) mqtt=(\S+)$")]
    private static partial Regex Ready();
}
