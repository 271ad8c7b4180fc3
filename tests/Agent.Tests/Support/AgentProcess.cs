using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>The agent as a real process with a configuration file, and its socket.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly HttpClient _http;

    private AgentProcess(Process process, string socket)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new("http://agent"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Output
    {
        get
        {
            lock (_out) return _out.ToString();
        }
    }

    public string Errors
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Writes the configuration into the state's parent and starts the program; does not wait.</summary>
    public static AgentProcess Launch(Scratch scratch, string camera = "none", string? pack = null, params string[] more)
    {
        string config = scratch["agent.json"];
        Dictionary<string, object> settings = new()
        {
            ["Terminal"] = "m2-001", ["State"] = scratch["s"], ["TimeZone"] = "Asia/Shanghai", ["Camera"] = camera, ["Mcu"] = new { Port = 0 },
        };
        if (pack is not null) settings["ModelPack"] = pack;
        File.WriteAllText(config, JsonSerializer.Serialize(settings));
        return Run(Path.Combine(scratch["s"], "agent.sock"), ["--config", config, .. more]);
    }

    public static AgentProcess Run(string socket, params string[] arguments) => Run(socket, [], arguments);

    /// <summary>The same through another program (nsenter).</summary>
    public static AgentProcess Run(string socket, string[] through, string[] arguments)
    {
        string program = Repo.Program("Devices.Edge.Agent", "Devices.Edge.Agent");
        ProcessStartInfo info = new(through.Length > 0 ? through[0] : program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in through.Length > 0 ? [.. through[1..], program] : Array.Empty<string>()) info.ArgumentList.Add(argument);
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        Process process = new() { StartInfo = info };
        AgentProcess agent = new(process, socket);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return agent;
    }

    public static async Task<AgentProcess> StartAsync(Scratch scratch, string camera = "none", string? pack = null, params string[] more)
    {
        AgentProcess agent = Launch(scratch, camera, pack, more);
        await agent.UpAsync();
        return agent;
    }

    /// <summary>Waits until it answers.</summary>
    public async Task UpAsync()
    {
        AgentProcess agent = this;
        await Until.Some(async () =>
        {
            if (agent._process.HasExited) throw new InvalidOperationException("The agent ended: " + agent.Errors + agent.Output);
            return await agent.TryStatusAsync();
        }, "the agent's socket");
    }

    public async Task<JsonDocument> StatusAsync() => await TryStatusAsync() ?? throw new InvalidOperationException("No status.");

    public async Task<(HttpStatusCode Code, JsonElement Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(path);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, body.RootElement.Clone());
    }

    public async Task<(HttpStatusCode Code, JsonElement Body)> EnrolAsync(string id, string name, string? card, params string[] pictures)
    {
        using MultipartFormDataContent form = new() { { new StringContent(id), "id" }, { new StringContent(name), "name" } };
        if (card is not null) form.Add(new StringContent(card), "card");
        foreach (string picture in pictures)
        {
            ByteArrayContent content = new(Repo.Picture(picture));
            content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(content, "picture", picture);
        }

        using HttpResponseMessage response = await _http.PostAsync("/people", form);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, body.RootElement.Clone());
    }

    /// <summary>A picture of <paramref name="bytes"/> zeros, with the request's length in its head or not.</summary>
    public async Task<(HttpStatusCode Code, JsonElement Body)> EnrolLargeAsync(string id, string name, int bytes, bool announced)
    {
        using MultipartFormDataContent form = new() { { new StringContent(id), "id" }, { new StringContent(name), "name" }, { new ByteArrayContent(new byte[bytes]), "picture", "large.jpg" } };
        using HttpRequestMessage request = new(HttpMethod.Post, "/people") { Content = form };
        // Asked first, so that the answer comes before the pictures do: a server that hangs up amid them leaves none to be read.
        request.Headers.ExpectContinue = announced;
        request.Headers.TransferEncodingChunked = !announced;
        using HttpResponseMessage response = await _http.SendAsync(request);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, body.RootElement.Clone());
    }

    public Task<HttpResponseMessage> DeleteAsync(string path) => _http.DeleteAsync(path);

    /// <summary>The narration so far.</summary>
    public async Task<List<JsonElement>> EventsAsync()
    {
        string text = await _http.GetStringAsync("/events");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.Clone())];
    }

    public async Task<JsonElement> EventAsync(string kind, Func<JsonElement, bool>? which = null)
    {
        object found = await Until.Some<object>(async () =>
        {
            foreach (JsonElement line in await EventsAsync())
            {
                if (line.GetProperty("kind").GetString() == kind && (which?.Invoke(line) ?? true)) return line;
            }

            return null;
        }, $"a line of kind {kind}; the log so far:\n{Output}");
        return (JsonElement)found;
    }

    public async Task<int> ExitAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async Task<int> StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private bool _disposed;

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited) await KillAsync();
        _http.Dispose();
        _process.Dispose();
    }

    private async Task<JsonDocument?> TryStatusAsync()
    {
        try
        {
            return JsonDocument.Parse(await _http.GetStringAsync("/status"));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }
}
