using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Says what happens in plain words: into the log, and to whoever follows <c>/events</c>. Keeps the last lines so that a follower sees
/// what came before. No face data, template or secret ever goes through here. Thread-safe.
/// </summary>
public sealed class Narration(ILogger<Narration> log, TimeProvider time)
{
    private const int Kept = 500;
    private readonly Lock _gate = new();
    private readonly Queue<NarrationEvent> _recent = new();
    private readonly List<Channel<NarrationEvent>> _followers = [];

    public void Tell(NarrationEvent line) => Tell(line, LogLevel.Information);

    public void Tell(string kind, string text) => Tell(new NarrationEvent { Kind = kind, Text = text }, LogLevel.Information);

    public void Warn(string kind, string text) => Tell(new NarrationEvent { Kind = kind, Text = text }, LogLevel.Warning);

    public void Tell(NarrationEvent line, LogLevel level)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.At == 0) line = line with { At = Math.Max(1, time.GetUtcNow().ToUnixTimeMilliseconds()) };
        log.Log(level, "{Text}", line.Text);
        lock (_gate)
        {
            _recent.Enqueue(line);
            if (_recent.Count > Kept) _recent.Dequeue();
            // A follower that does not read loses its oldest lines, never the agent's time.
            foreach (Channel<NarrationEvent> follower in _followers) follower.Writer.TryWrite(line);
        }
    }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<NarrationEvent> Recent
    {
        get
        {
            lock (_gate) return [.. _recent];
        }
    }

    /// <summary>Lines from this call on, until disposed.</summary>
    public Follower Follow()
    {
        Follower follower = new(this);
        lock (_gate) _followers.Add(follower.Channel);
        return follower;
    }

    /// <summary>Somebody who reads along; loses the oldest lines where it does not read.</summary>
    public sealed class Follower : IDisposable
    {
        private readonly Narration _narration;

        internal Follower(Narration narration) => _narration = narration;

        internal Channel<NarrationEvent> Channel { get; } = System.Threading.Channels.Channel.CreateBounded<NarrationEvent>(
            new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        public IAsyncEnumerable<NarrationEvent> ReadAllAsync(CancellationToken cancellationToken) => Channel.Reader.ReadAllAsync(cancellationToken);

        public void Dispose()
        {
            lock (_narration._gate) _narration._followers.Remove(Channel);
        }
    }
}
