namespace Devices.Edge.Agent.Camera;

/// <summary>
/// Keeps one camera running: opens it, hands its frames to the <see cref="FrameSlot"/>, watches the age of the last frame,
/// and reopens with back-off after a fault (unosquare/raspberryio#38, dotnet/iot#1724). It narrates a fault once, not at each try.
/// </summary>
public sealed class CameraSupervisor(
    IFrameSource source, FrameSlot slot, CameraSupervisorOptions options, TimeProvider time, Action<CameraChange> changed)
{
    private readonly Lock _lock = new();
    private readonly Queue<long> _stamps = new();
    private long? _lastFrameAt;
    private long _lastFrameTicks;
    private long _opened;
    private bool _running;
    private string? _fault;

    /// <summary>True once the first good frame came, until the next fault.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_lock) return _running;
        }
    }

    public CameraStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new(source.Name, _running, Rate(), _lastFrameAt, source.Tally.Good, source.Tally.Refused, source.Tally.LastReason, _opened, _fault);
            }
        }
    }

    /// <summary>Runs until cancelled; never throws for a fault of the camera.</summary>
    /// <param name="beat">Called at each sign of life of this loop, for the process watchdog.</param>
    public async Task RunAsync(Action beat, CancellationToken cancellationToken)
    {
        TimeSpan pause = options.FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            beat();
            bool hadFrames = false;
            CameraException fault;
            try
            {
                hadFrames = await RunOnceAsync(beat, cancellationToken).ConfigureAwait(false);
                fault = new(CameraFaultKind.Ended, $"{source.Name} ended its stream.");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (CameraException caught)
            {
                fault = caught;
                lock (_lock) hadFrames = _running;
            }
            catch (Exception caught)
            {
                fault = new(CameraFaultKind.Protocol, $"{source.Name} failed unexpectedly: {caught.Message}", caught);
                lock (_lock) hadFrames = _running;
            }

            if (hadFrames) pause = options.FirstPause;
            Fail(fault, pause);
            if (!await BeatingDelayAsync(pause, beat, cancellationToken).ConfigureAwait(false)) break;
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.LongestPause.Ticks));
        }

        lock (_lock) _running = false;
    }

    // True where at least one frame came before the source ended by itself.
    private async Task<bool> RunOnceAsync(Action beat, CancellationToken cancellationToken)
    {
        using CancellationTokenSource run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _opened++;
            _lastFrameTicks = time.GetTimestamp();
        }

        // The age check cancels the enumeration; a source that does not obey leaves the beat unheard and systemd restarts us.
        bool tooOld = false;
        TimeSpan check = TimeSpan.FromTicks(Math.Max(options.FrameAgeLimit.Ticks / 4, TimeSpan.TicksPerMillisecond * 20));
        await using ITimer timer = time.CreateTimer(_ =>
        {
            lock (_lock)
            {
                if (time.GetElapsedTime(_lastFrameTicks) < options.FrameAgeLimit)
                {
                    beat();
                    return;
                }

                tooOld = true;
            }

            try
            {
                run.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The run ended between the check and the cancel.
            }
        }, null, check, check);

        bool any = false;
        try
        {
            await foreach (CameraFrame frame in source.ReadAsync(run.Token).ConfigureAwait(false))
            {
                any = true;
                Good();
                slot.Put(frame);
            }
        }
        catch (OperationCanceledException) when (tooOld && !cancellationToken.IsCancellationRequested)
        {
            string damaged = source.Tally.LastReason is { } reason ? $" The last damaged one: {reason}" : "";
            throw new CameraException(CameraFaultKind.NoFrames,
                $"{source.Name} gave no whole frame for {options.FrameAgeLimit.TotalSeconds:0.#} s.{damaged}");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return any;
    }

    private void Good()
    {
        bool first;
        lock (_lock)
        {
            first = !_running;
            _running = true;
            _fault = null;
            _lastFrameTicks = time.GetTimestamp();
            _lastFrameAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            _stamps.Enqueue(_lastFrameTicks);
            Trim();
        }

        if (first) changed(new(true, null, $"{source.Name} gives frames.", TimeSpan.Zero));
    }

    private void Fail(CameraException fault, TimeSpan pause)
    {
        bool news;
        lock (_lock)
        {
            news = _running || _fault != fault.Message;
            _running = false;
            _fault = fault.Message;
            _stamps.Clear();
        }

        if (news) changed(new(false, fault.Kind, fault.Message, pause));
    }

    private async Task<bool> BeatingDelayAsync(TimeSpan pause, Action beat, CancellationToken cancellationToken)
    {
        TimeSpan slice = TimeSpan.FromSeconds(2);
        try
        {
            while (pause > TimeSpan.Zero)
            {
                TimeSpan now = pause < slice ? pause : slice;
                await Task.Delay(now, time, cancellationToken).ConfigureAwait(false);
                beat();
                pause -= now;
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private double Rate()
    {
        Trim();
        return _stamps.Count < 2 ? 0 : (_stamps.Count - 1) / Math.Max(time.GetElapsedTime(_stamps.Peek(), _lastFrameTicks).TotalSeconds, 1e-3);
    }

    private void Trim()
    {
        while (_stamps.Count > 0 && time.GetElapsedTime(_stamps.Peek()) > options.RateWindow) _stamps.Dequeue();
    }
}
