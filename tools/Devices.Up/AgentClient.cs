using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Devices.Up;

/// <summary>The agent's local admin API over its Unix socket.</summary>
internal sealed class AgentClient : IDisposable
{
    private readonly HttpClient _http;

    public AgentClient(string socket) => _http = new(OverSocket(socket)) { BaseAddress = new("http://agent"), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>HTTP over a Unix socket.</summary>
    public static SocketsHttpHandler OverSocket(string socket) => new()
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
    };

    /// <summary>Makes a person known by a card, without a picture.</summary>
    public async Task Enrol(string id, string name, string card, CancellationToken stop)
    {
        using var form = new MultipartFormDataContent { { new StringContent(id), "id" }, { new StringContent(name), "name" }, { new StringContent(card), "card" } };
        using HttpResponseMessage answer = await _http.PostAsync(new Uri("/people", UriKind.Relative), form, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The agent refused {id}: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
    }

    /// <summary>Gives a person a number and a PIN for the keypad.</summary>
    public async Task GivePin(string id, string number, string pin, CancellationToken stop)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["number"] = number, ["pin"] = pin });
        using HttpResponseMessage answer = await _http.PutAsync(new Uri($"/people/{id}/pin", UriKind.Relative), form, stop).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new UpFault($"The agent refused {id}'s PIN: {await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)}");
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
