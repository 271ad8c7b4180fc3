using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Devices.Up;

/// <summary>The agent's local admin API over its Unix socket.</summary>
internal sealed class AgentClient : IDisposable
{
    private readonly HttpClient _http;

    public AgentClient(string socket)
    {
        _http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation).ConfigureAwait(false);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new("http://agent"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The agent's <c>/status</c>, or null while it does not answer.</summary>
    public async Task<JsonElement?> Status(CancellationToken stop)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
            timeout.CancelAfter(TimeSpan.FromSeconds(3));
            using var document = JsonDocument.Parse(await _http.GetByteArrayAsync("/status", timeout.Token).ConfigureAwait(false));
            return document.RootElement.Clone();
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException || (fault is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>The agent's narration from its start on, followed until it goes away.</summary>
    public async IAsyncEnumerable<JsonElement> Events([EnumeratorCancellation] CancellationToken stop)
    {
        using HttpResponseMessage response = await _http.GetAsync("/events?follow=1&history=1", HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        while (await reader.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0) continue;
            using var document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    public void Dispose() => _http.Dispose();
}
