using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Devices.Cli.Tests.Support;

/// <summary>The product's own agent as a process, without bridge and camera.</summary>
public sealed class RealAgent : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private RealAgent(TempFolder folder, string config, string[] more)
    {
        _process = BuiltProgram.Start(BuiltProgram.PathOf("Devices.Edge.Agent", "Devices.Edge.Agent"), folder.Path, ["--config", config, .. more]);
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said so far.</summary>
    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>A terminal that no bridge knows.</summary>
    public static async Task<RealAgent> StartAsync(TempFolder folder, string? pack)
    {
        string config = folder.Write("state/agent.json", JsonSerializer.Serialize(new { Terminal = "m2-001", State = folder["state"], Camera = "none", ModelPack = pack, Mcu = new { Port = 0 } }));
        File.SetUnixFileMode(folder["state"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await StartAsync(folder, "state", config, []);
    }

    /// <summary>A terminal as <c>devices provision</c> left it in <paramref name="state"/>.</summary>
    public static Task<RealAgent> StartProvisionedAsync(TempFolder folder, string state, string pack, params string[] more) =>
        StartAsync(folder, state, folder[state, "agent.json"], [$"--ModelPack={pack}", "--Mcu:Port=0", .. more]);

    /// <summary>A terminal as <c>devices provision</c> left it, by its own configuration alone.</summary>
    public static Task<RealAgent> StartAsIsAsync(TempFolder folder, string state) => StartAsync(folder, state, folder[state, "agent.json"], []);

    /// <summary>SIGKILL, as a power cut would end it.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its own end.</summary>
    public async Task EndedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
    }

    private static async Task<RealAgent> StartAsync(TempFolder folder, string state, string config, string[] more)
    {
        var agent = new RealAgent(folder, config, more);
        var cli = new Cli(folder);
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (agent._process.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(120))
            {
                await agent.DisposeAsync();
                throw new InvalidOperationException("The agent did not get ready: " + agent._said);
            }

            if ((await cli.RunAsync("people", "--agent", $"{state}/agent.sock")).Code == 0) return agent;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
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
    }
}
