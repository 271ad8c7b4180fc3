using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>The firmware's own code as a process (tools/standins/Terminal), worked over a Unix socket so that its network may be cut off.</summary>
internal sealed class StandinMcu : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private StandinMcu(Process process, string socket)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://mcu"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public ConcurrentQueue<string> Output { get; } = new();

    /// <summary>Boots it; its flash is in the scratch directory and outlives it.</summary>
    public static async Task<StandinMcu> BootAsync(Scratch scratch, string[] through, string host, int port, string passwordFile)
    {
        string program = Repo.Program("Devices.Standins.Terminal", "standin-terminal"), socket = scratch["mcu.sock"];
        string[] line =
        [
            .. through, program, "--host", host, "--port", $"{port}", "--terminal", "m2-001", "--password-file", passwordFile,
            "--state", scratch["flash"], "--control-socket", socket,
        ];
        ProcessStartInfo info = new(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = new() { StartInfo = info };
        File.Delete(socket);
        StandinMcu mcu = new(process, socket);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until.True(() => mcu.Output.Any(l => l.StartsWith("control ", StringComparison.Ordinal)), "the stand-in's control");
        return mcu;
    }

    public async Task PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(202);
    }

    public Task<JsonElement> StateAsync() => _http.GetFromJsonAsync<JsonElement>("/state", TestContext.Current.CancellationToken);

    /// <summary>Waits for something in the state.</summary>
    public Task StateAsync(Func<JsonElement, bool> holds, string what) =>
        Until.Some<object>(async () => holds(await StateAsync()) ? this : null, what + "; the stand-in said:\n" + string.Join('\n', Output.TakeLast(30)), TimeSpan.FromSeconds(90));

    /// <summary>Everything it holds was confirmed.</summary>
    public Task DrainedAsync() => StateAsync(s => s.GetProperty("queue").GetInt32() == 0 && s.GetProperty("events").GetInt32() == 0, "an empty queue");

    /// <summary>The power goes: SIGKILL, nothing flushed.</summary>
    public async Task CutPowerAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }

            _process.Dispose();
        }
        catch (InvalidOperationException)
        {
            // Disposed already, after a power cut.
        }
    }

    private void Keep(string? line)
    {
        if (line is not null) Output.Enqueue(line);
    }
}
