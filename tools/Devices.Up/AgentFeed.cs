using System.Net.Sockets;
using System.Text.Json;

namespace Devices.Up;

/// <summary>One line of the agent's narration.</summary>
internal sealed record AgentEvent(long At, string Kind, string? Person, string? Name, double? Score, double? Threshold, long? Seq, string Text)
{
    public static AgentEvent From(JsonElement json)
    {
        string? Text(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        double? Number(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
        return new((long)(Number("at") ?? 0), Text("kind") ?? "", Text("person"), Text("name"), Number("score"), Number("threshold"), (long?)Number("seq"), Text("text") ?? "");
    }
}

/// <summary>Follows the agent's narration for the whole run, across its restarts, and keeps it so that a step can wait for a line.</summary>
internal sealed class AgentFeed : IAsyncDisposable
{
    private readonly AgentClient _agent;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<AgentEvent> _events = [];
    private readonly HashSet<AgentEvent> _heard = [];
    private readonly Task _loop;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="heard">Called for every line, on the feed's own task.</param>
    public AgentFeed(AgentClient agent, Action<AgentEvent> heard)
    {
        _agent = agent;
        _loop = Task.Run(() => Follow(heard));
    }

    /// <summary>How many lines were heard so far: a mark to wait from.</summary>
    public int Mark
    {
        get { lock (_events) return _events.Count; }
    }

    /// <summary>The first line since <paramref name="mark"/> that is wanted, or null when the time is up.</summary>
    public async Task<AgentEvent?> WaitFor(int mark, Func<AgentEvent, bool> wanted, TimeSpan limit, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(limit);
        while (true)
        {
            Task more;
            lock (_events)
            {
                for (; mark < _events.Count; mark++)
                    if (wanted(_events[mark])) return _events[mark];
                more = _more.Task;
            }
            try
            {
                await more.WaitAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    /// <summary>All lines since <paramref name="mark"/>.</summary>
    public IReadOnlyList<AgentEvent> Since(int mark)
    {
        lock (_events) return _events[mark..];
    }

    private async Task Follow(Action<AgentEvent> heard)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (JsonElement line in _agent.Events(_stop.Token).ConfigureAwait(false))
                {
                    var happened = AgentEvent.From(line);
                    TaskCompletionSource more;
                    lock (_events)
                    {
                        // Each connection begins with the lines since the agent's start, so that none is missed between
                        // its start and ours; those heard before are the same to the millisecond.
                        if (!_heard.Add(happened)) continue;
                        _events.Add(happened);
                        more = _more;
                        _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    }
                    more.TrySetResult();
                    heard(happened);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException or JsonException)
            {
                // The agent is not up, or was killed on purpose: ask again until it is back.
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(150, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }
}
