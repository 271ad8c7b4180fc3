namespace Devices.Bridge.Ingest;

/// <summary>How the store keeps up.</summary>
public enum PressureLevel
{
    Normal,

    /// <summary>Commits take longer than they should: terminals are asked for pauses.</summary>
    Slow,

    /// <summary>The last commits failed (disk full, store closed): nothing is acknowledged.</summary>
    Failing,
}

/// <summary>
/// Watches what waits for the store and says how long terminals should pause. Nothing is lost by it: what is refused here was never
/// acknowledged, and stays on its terminal.
/// </summary>
public sealed class StorePressure(PressureOptions options, TimeProvider time)
{
    // A measured latency says nothing any more after so long without a message.
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly LinkedList<long> _waiting = [];
    private TimeSpan _latency;
    private long _answeredAt;
    private long _turn;
    private long? _failingSince;
    private long _lastFailure;

    /// <summary>Messages that wait for the store now, those included whose terminal was answered already.</summary>
    public int Waiting
    {
        get { lock (_gate) return _waiting.Count; }
    }

    /// <summary>The last commit's time, or how long the oldest message waits by now, whichever is longer.</summary>
    public TimeSpan Latency
    {
        get { lock (_gate) return LatencyCore(); }
    }

    public PressureLevel Level
    {
        get { lock (_gate) return LevelCore(); }
    }

    /// <summary>For how long a terminal should send nothing, ms; 0 where the store keeps up.</summary>
    public long PauseMs
    {
        get { lock (_gate) return PauseCore(); }
    }

    /// <summary>
    /// When a message for which there was no room should come again, ms from now. Each that is refused gets a turn of its own, as far apart
    /// as the store takes messages (what waits divided by how long it waits: Little 1961): told the same pause, all would come back at once
    /// and be refused again, and refusing costs nearly what storing does.
    /// </summary>
    /// <param name="terminals">How many are connected: each has one message on its way, so that no turn is further off than all of theirs.</param>
    public long NextTurnMs(int terminals)
    {
        lock (_gate)
        {
            TimeSpan latency = LatencyCore(), apart = latency / options.MaxWaiting;
            TimeSpan most = Min(latency + apart * Math.Max(1, terminals), TimeSpan.FromSeconds(options.MaxPauseSeconds));
            long now = time.GetTimestamp();
            _turn = Math.Min(Math.Max(_turn, now + Stamps(latency)) + Stamps(apart), now + Stamps(most));
            return Math.Max((long)time.GetElapsedTime(now, _turn).TotalMilliseconds, _failingSince is null ? 0 : PauseCore());
        }
    }

    private long Stamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>Lets a message through to the store; null where too many wait, or where it may give way (a photo) and the store is behind.</summary>
    public Passage? TryEnter(bool givesWay)
    {
        lock (_gate)
        {
            if (_waiting.Count >= options.MaxWaiting || (givesWay && LevelCore() != PressureLevel.Normal)) return null;
            return new(this, _waiting.AddLast(time.GetTimestamp()));
        }
    }

    private TimeSpan LatencyCore()
    {
        TimeSpan oldest = _waiting.First is { } first ? time.GetElapsedTime(first.Value) : TimeSpan.Zero;
        TimeSpan last = time.GetElapsedTime(_answeredAt) < Stale ? _latency : TimeSpan.Zero;
        return oldest > last ? oldest : last;
    }

    private PressureLevel LevelCore() =>
        _failingSince is not null ? PressureLevel.Failing
        : LatencyCore() >= options.SlowAfter || _waiting.Count >= options.MaxWaiting ? PressureLevel.Slow
        : PressureLevel.Normal;

    private long PauseCore()
    {
        TimeSpan pause = LevelCore() switch
        {
            PressureLevel.Normal => TimeSpan.Zero,
            // Twice the time a commit takes leaves the store half of its time to catch up.
            PressureLevel.Slow => Max(LatencyCore() * 2, options.SlowAfter),
            // The longer it lasts, the rarer it is tried.
            _ => Max(time.GetElapsedTime(_failingSince!.Value), FirstPause),
        };
        return (long)Math.Min(pause.TotalMilliseconds, options.MaxPauseSeconds * 1000.0);
    }

    private void Leave(LinkedListNode<long> node, bool? stored)
    {
        lock (_gate)
        {
            TimeSpan took = time.GetElapsedTime(node.Value);
            _waiting.Remove(node);
            if (stored is null) return;
            (_latency, _answeredAt) = (took, time.GetTimestamp());
            if (stored.Value) _failingSince = null;
            else
            {
                _failingSince ??= _answeredAt;
                _lastFailure = _answeredAt;
            }
        }
    }

    /// <summary>When the store last refused; null before the first time. For health and tests.</summary>
    public TimeSpan? SinceFailure
    {
        get { lock (_gate) return _lastFailure == 0 ? null : time.GetElapsedTime(_lastFailure); }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>One message on its way through the store; ends once.</summary>
    public sealed class Passage
    {
        private readonly StorePressure _owner;
        private LinkedListNode<long>? _node;

        internal Passage(StorePressure owner, LinkedListNode<long> node) => (_owner, _node) = (owner, node);

        /// <param name="stored">Whether the store took what it was given; null where it was not asked.</param>
        public void End(bool? stored)
        {
            if (Interlocked.Exchange(ref _node, null) is { } node) _owner.Leave(node, stored);
        }
    }
}
