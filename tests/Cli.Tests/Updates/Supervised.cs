using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests.Updates;

/// <summary>What systemd does with the unit: starts the launcher in the set-up folder and, whenever its process ends, again.</summary>
internal sealed class Supervised : IAsyncDisposable
{
    private readonly string _program, _folder, _socket;
    private readonly string[] _arguments;
    private readonly StringBuilder _said = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Process? _process;

    public Supervised(string first, string folder, string socket, params string[] arguments)
    {
        (_program, _folder, _socket, _arguments) = (System.IO.Path.Combine(first, "Devices.Edge.Agent"), folder, socket, arguments);
        _loop = RunAsync();
    }

    public int Starts { get; private set; }

    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>SIGKILL, at this instant.</summary>
    public void Kill()
    {
        try
        {
            _process?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Between two starts.
        }
    }

    /// <summary><c>updates</c> of the agent's status; null while it does not answer.</summary>
    public async Task<(JsonElement Updates, Guid Ledger)?> StatusAsync()
    {
        if (await AskAsync("/status") is not { } text) return null;
        using JsonDocument status = JsonDocument.Parse(text);
        return (status.RootElement.GetProperty("updates").Clone(), status.RootElement.GetProperty("ledger").GetGuid());
    }

    /// <summary>What the agent answers at its socket; null while it does not.</summary>
    public async Task<string?> AskAsync(string path)
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(_socket), token);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return await http.GetStringAsync("http://agent" + path, TestContext.Current.CancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Kill();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using Process process = BuiltProgram.Start(_program, _folder, ["--launch", .. _arguments]);
            process.OutputDataReceived += (_, line) => Hear(line.Data);
            process.ErrorDataReceived += (_, line) => Hear(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _process = process;
            Starts++;
            if (_stop.IsCancellationRequested) Kill();
            await process.WaitForExitAsync();
            await Task.Delay(50);
        }
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
    }
}
