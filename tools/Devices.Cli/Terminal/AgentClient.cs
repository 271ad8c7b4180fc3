using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Contract.Messages;

namespace Devices.Cli.Terminal;

/// <summary>The agent's admin API: HTTP over a Unix socket that only its owner may open.</summary>
public sealed class AgentClient : IDisposable
{
    private const int MaxAnswer = 16 * 1024 * 1024;

    private readonly string _socket;
    private readonly HttpClient _http;

    public AgentClient(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri("http://agent"), Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    /// <summary>One request; the answer is JSON whatever its status.</summary>
    /// <param name="limit">Longest wait for the answer.</param>
    /// <exception cref="CliException">The agent cannot be reached, is silent, or answers something else.</exception>
    public async Task<AgentAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, timer.Token);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(timer.Token);
            return new AgentAnswer(answer.StatusCode, body.Length == 0 ? null : Parse(body, answer.StatusCode));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Silent(method, path, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Broken(e);
        }
    }

    /// <summary>One request whose answer is read as it comes and may be anything; the caller disposes it.</summary>
    /// <param name="language">Passed on as Accept-Language; null or empty leaves it out.</param>
    /// <param name="limit">Longest wait for the answer's head.</param>
    /// <exception cref="CliException">The agent cannot be reached or is silent.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, string? language, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (!string.IsNullOrEmpty(language)) request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Silent(method, path, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Broken(e);
        }
    }

    public void Dispose() => _http.Dispose();

    private CliException Silent(HttpMethod method, string path, TimeSpan limit, Exception inner) =>
        new(ExitCodes.AgentUnreachable, $"The agent at {_socket} took the request {method} {path} but did not answer within {limit.TotalSeconds:0} seconds.", "Look at the agent's log (`journalctl -u devices-agent`); restart it if it hangs.", inner);

    private CliException Broken(Exception e) => Find<CliException>(e) is { } known
        ? new(known.Code, known.Message, known.Remedy, known.InnerException)
        : new(ExitCodes.AgentUnreachable, $"The agent at {_socket} broke off: {e.InnerException?.Message ?? e.Message}", inner: e);

    internal static JsonElement Parse(byte[] body, HttpStatusCode status)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonLetters.Whole(Encoding.UTF8.GetString(body)), new() { AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.AgentRefused, $"The agent's answer (HTTP {(int)status}) is not JSON.", "Check that the socket is the agent's, and that agent and tool are of the same version.", e);
        }
    }

    private static T? Find<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found) return found;
        return null;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw Explain(e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private CliException Explain(Exception e) => e switch
    {
        ArgumentException => new(ExitCodes.AgentUnreachable, $"The socket path {_socket} is too long for a Unix socket (107 bytes).", "Use a shorter path, or change into its folder and give a relative one.", e),
        SocketException { SocketErrorCode: SocketError.AccessDenied } => new(ExitCodes.NoPermission, $"This user may not open the agent's socket {_socket}.", "Run as the agent's user, or with sudo.", e),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new(ExitCodes.AgentUnreachable, $"The socket {_socket} is there, but no agent listens on it: it was stopped or killed.", "Start the agent (`systemctl start devices-agent`), then run this again.", e),
        _ when !File.Exists(_socket) => new(ExitCodes.AgentUnreachable, $"There is no agent socket at {_socket}.", "Start the agent (`systemctl start devices-agent`), or give --agent with agent.sock of its state folder.", e),
        _ => new(ExitCodes.AgentUnreachable, $"The agent's socket {_socket} cannot be opened: {e.Message}.", inner: e),
    };
}
