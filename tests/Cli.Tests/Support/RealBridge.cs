using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Devices.Cli.Tests.Support;

/// <summary>The product's own bridge as a process, on free ports.</summary>
public sealed partial class RealBridge : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TempFolder _folder;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<(string Http, string Https, string Mqtt)> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RealBridge(TempFolder folder, string[] more)
    {
        _folder = folder;
        _process = BuiltProgram.Start(Executable, folder.Path, [$"--Bridge:Data={folder["bridge"]}", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Http:Url=http://127.0.0.1:0",
            "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1", "--Bridge:Platform:Kind=none", .. more]);
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>HR's pages: scheme, address and port.</summary>
    public string Http { get; private set; } = "";

    public string Https { get; private set; } = "";

    public string Mqtt { get; private set; } = "";

    private static string Executable => BuiltProgram.PathOf("Devices.Bridge", "Devices.Bridge");

    public static async Task<RealBridge> StartAsync(TempFolder folder, params string[] more)
    {
        var bridge = new RealBridge(folder, more);
        Task first = await Task.WhenAny(bridge._ready.Task, bridge._process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(120)));
        if (first != bridge._ready.Task)
        {
            await bridge.DisposeAsync();
            throw new InvalidOperationException("The bridge did not get ready: " + bridge._said);
        }

        (bridge.Http, bridge.Https, bridge.Mqtt) = await bridge._ready.Task;
        return bridge;
    }

    /// <summary>HR's one-time password, which the first start prints.</summary>
    public async Task<string> PasswordAsync()
    {
        DateTime until = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            string said;
            lock (_said) said = _said.ToString();
            if (PasswordLine().Match(said) is { Success: true } found) return found.Groups[1].Value;
            if (DateTime.UtcNow > until) throw new TimeoutException("The bridge printed no one-time password: " + said);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A claim as its operator makes it.</summary>
    public async Task<string> ClaimAsync(string terminal)
    {
        Ran made = (await BuiltProgram.RunAsync(Executable, _folder.Path, "claim", "--data", _folder["bridge"], "--terminal", terminal, "--json")).ShouldSucceed();
        using var document = JsonDocument.Parse(made.Output);
        return document.RootElement.GetProperty("claim").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process kill = Process.Start("kill", [$"-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
        if (ReadyLine().Match(line) is { Success: true } ready) _ready.TrySetResult((ready.Groups[1].Value, ready.Groups[2].Value, ready.Groups[3].Value));
    }

    [GeneratedRegex(@"HR one-time password: (\S+)")]
    private static partial Regex PasswordLine();

    [GeneratedRegex(@"^bridge ready http=(\S+) https=(?:https://)?(\S+) mqtt=(?:\w+://)?(\S+)")]
    private static partial Regex ReadyLine();
}
