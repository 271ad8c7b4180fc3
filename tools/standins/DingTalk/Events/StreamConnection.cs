using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>One consumer's WebSocket.</summary>
internal sealed class StreamConnection(WebSocket socket, string ticket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1, 1);

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Ticket { get; } = ticket;

    public WebSocket Socket { get; } = socket;

    /// <summary>Played death: nothing is sent or read any more, and nobody closes it.</summary>
    public bool Silent { get; set; }

    /// <summary>Told to go: no events any more, closed soon.</summary>
    public bool Leaving { get; set; }

    public DateTime NextPing { get; set; }

    public bool Open => Socket.State == WebSocketState.Open;

    public async Task SendAsync(JsonObject frame)
    {
        if (Silent)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(frame.ToJsonString(Json.Options));
        await _sending.WaitAsync();
        try
        {
            // In two pieces, as a proxy on the way may cut it.
            var half = bytes.Length / 2;
            await Socket.SendAsync(bytes.AsMemory(0, half), WebSocketMessageType.Text, false, CancellationToken.None);
            await Socket.SendAsync(bytes.AsMemory(half), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // Gone: the event stays unconfirmed and is sent again.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next text message, or null when the other side has gone.</summary>
    public async Task<JsonObject?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var part = await Socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Json.ParseObject(Encoding.UTF8.GetString(whole.ToArray()), "the frame");
            }
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _sending.Dispose();
    }
}
