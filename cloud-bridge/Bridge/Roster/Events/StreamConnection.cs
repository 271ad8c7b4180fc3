using System.Net.WebSockets;
using System.Text.Json;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// One WebSocket of Stream mode: answers every frame, notes events before it confirms them, and tells when it has to be replaced
/// (told to go, silent too long, or closed). It is read on while its replacement is made.
/// </summary>
internal sealed class StreamConnection(ClientWebSocket socket, EventIntake intake, EventStatus status, EventOptions options, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    private const int LargestFrame = 1024 * 1024;

    private readonly TaskCompletionSource<string> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private Task _reading = Task.CompletedTask;
    private long _lastFrame = clock.GetTimestamp();

    /// <summary>Completes with the reason when another connection is needed.</summary>
    public Task<string> Over => _over.Task;

    /// <summary>Whether frames may still come although it is over.</summary>
    public bool Drains { get; private set; }

    public void Start() => _reading = Task.Run(() => Task.WhenAll(ReadAsync(), WatchAsync()));

    /// <summary>Ends it after a while in which it is still read, at once where nothing can come any more.</summary>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        if (Drains) await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(options.DrainSeconds), clock, cancellationToken));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested) return;
        try
        {
            using CancellationTokenSource soon = new(TimeSpan.FromSeconds(1));
            if (socket.State == WebSocketState.Open) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, soon.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The other side has gone first.
        }

        await _end.CancelAsync();
        socket.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        string reason = "closed";
        try
        {
            using MemoryStream whole = new();
            byte[] part = new byte[16 * 1024];
            while (true)
            {
                ValueWebSocketReceiveResult read = await socket.ReceiveAsync(part.AsMemory(), _end.Token);
                if (read.MessageType == WebSocketMessageType.Close) break;
                if (whole.Length + read.Count > LargestFrame)
                {
                    reason = "a frame was too large";
                    break;
                }

                whole.Write(part, 0, read.Count);
                if (!read.EndOfMessage) continue;
                Interlocked.Exchange(ref _lastFrame, clock.GetTimestamp());
                await HandleAsync(whole.ToArray());
                whole.SetLength(0);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            reason = "the connection broke";
        }

        Drains = false;
        _over.TrySetResult(reason);
    }

    // Half-open sockets look alive: only frames are a sign of life.
    private async Task WatchAsync()
    {
        TimeSpan idle = TimeSpan.FromSeconds(options.IdleSeconds);
        while (!_over.Task.IsCompleted)
        {
            TimeSpan left = idle - clock.GetElapsedTime(Interlocked.Read(ref _lastFrame));
            if (left <= TimeSpan.Zero)
            {
                _over.TrySetResult("silent");
                return;
            }

            await Task.WhenAny(_over.Task, Task.Delay(left, clock, _end.Token));
            if (_end.IsCancellationRequested) return;
        }
    }

    private async Task HandleAsync(byte[] bytes)
    {
        if (StreamFrame.Read(bytes) is not { } frame)
        {
            status.CountUnreadable();
            return;
        }

        switch (frame.Type)
        {
            case "SYSTEM":
                await SendAsync(frame.Answer(200, "OK", frame.Data));
                if (frame.Topic != "disconnect") return;
                Drains = true;
                _over.TrySetResult("told to go");
                return;
            case "EVENT":
                await EventAsync(frame);
                return;
            default:
                await SendAsync(frame.Answer(404, "nobody here takes such frames", "{}"));
                return;
        }
    }

    private async Task EventAsync(StreamFrame frame)
    {
        try
        {
            if (EventReading.Body(frame.Data) is { } body)
                await intake.TakeAsync(new(frame.EventId ?? frame.MessageId, frame.EventType ?? EventReading.Text(EventReading.Field(body, "eventType")) ?? "", body), frame.MessageId, _end.Token);
            // Sent again it would be no better; the daily pull finds what it was about.
            else status.CountUnreadable();
        }
        catch (StoreUnavailableException fault)
        {
            log.LogWarning("An event could not be noted; the platform is asked to send it again: {Fault}", fault.Message);
            await SendAsync(frame.Answer(200, "OK", """{"status":"LATER","message":"not stored"}"""));
            return;
        }

        await SendAsync(frame.Answer(200, "OK", """{"status":"SUCCESS","message":"success"}"""));
    }

    // Only the reading loop sends, one frame after another.
    private async Task SendAsync(byte[] answer) => await socket.SendAsync(answer.AsMemory(), WebSocketMessageType.Text, true, _end.Token);
}
