namespace Devices.Standins.Camera;

/// <summary>How a shown scene ended.</summary>
/// <param name="Scene">Its label.</param>
/// <param name="Finished">True when it ran its time or the video ended; false when another scene or a clear ended it.</param>
/// <param name="Frames">How many frames it gave.</param>
/// <param name="Problem">A sentence when it broke off, else null.</param>
internal sealed record Showing(string Scene, bool Finished, long Frames, string? Problem = null);

/// <summary>Decides what stands before the camera, and makes the frames at the camera's rate.</summary>
internal sealed class Director(CameraArguments camera, FrameHub hub, FrameFaults faults, TimeProvider clock) : BackgroundService
{
    public const string EmptyRoom = "empty-room";

    private readonly Lock _gate = new();
    private readonly Queue<Act> _retired = new();
    private Act? _current;
    private int _shows;
    private long _frames;

    /// <summary>The label of what is shown, the seconds left of it (null: until changed), and frames made since start.</summary>
    public (string Scene, double? Left, long Frames) State
    {
        get
        {
            lock (_gate)
            {
                return (_current?.Scene.Name ?? EmptyRoom, _current?.Left(clock), _frames);
            }
        }
    }

    /// <summary>A seed for the next scene: each has its own motion, and the same order of shows gives the same motions.</summary>
    public int NextSeed() => unchecked(camera.Seed + (Interlocked.Increment(ref _shows) * 1009));

    /// <summary>Shows a scene now, in place of what was shown; the task ends with the scene.</summary>
    /// <param name="scene">Disposed when it ends.</param>
    /// <param name="seconds">How long, or null until it ends by itself.</param>
    public Task<Showing> Show(Scene scene, double? seconds)
    {
        var act = new Act(scene, clock.GetTimestamp(), seconds);
        lock (_gate)
        {
            Retire();
            _current = act;
        }

        return act.Ended;
    }

    /// <summary>Empties the room.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Retire();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var room = new PictureScene(EmptyRoom, [], camera, camera.Seed);
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1 / camera.Fps), clock);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                await FrameAsync(room, stoppingToken);
                DisposeRetired();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The camera is switched off.
        }
        finally
        {
            Clear();
            DisposeRetired();
        }
    }

    /// <summary>Ends what is shown. It is disposed later, by the thread that draws.</summary>
    private void Retire(bool finished = false, string? problem = null)
    {
        if (_current is { } act)
        {
            act.End(finished, problem);
            _retired.Enqueue(act);
            _current = null;
        }
    }

    private void DisposeRetired()
    {
        lock (_gate)
        {
            while (_retired.TryDequeue(out var act))
            {
                act.Scene.Dispose();
            }
        }
    }

    private async Task FrameAsync(Scene room, CancellationToken cancellationToken)
    {
        Act? act;
        lock (_gate)
        {
            act = _current;
        }

        if (act is not null && act.Left(clock) is <= 0)
        {
            Finish(act, null);
            act = null;
        }

        // With nobody watching there is nothing to draw; a video has to run on all the same.
        if (hub.Viewers == 0 && act?.Scene is not VideoScene)
        {
            return;
        }

        byte[]? frame;
        try
        {
            frame = act is null ? null : await act.Scene.NextFrameAsync(act.Elapsed(clock), cancellationToken);
            if (act is not null && frame is null)
            {
                Finish(act, null);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            Finish(act!, exception.Message);
            frame = null;
        }

        if (frame is not null)
        {
            act!.Frames++;
        }

        frame ??= await room.NextFrameAsync(0, cancellationToken);
        Interlocked.Increment(ref _frames);
        if (faults.Apply(frame!) is { } leaving)
        {
            hub.Publish(leaving);
        }
    }

    private void Finish(Act act, string? problem)
    {
        lock (_gate)
        {
            if (_current == act)
            {
                Retire(finished: problem is null, problem);
            }
        }
    }

    private sealed class Act(Scene scene, long began, double? seconds)
    {
        private readonly TaskCompletionSource<Showing> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Scene Scene { get; } = scene;

        public long Frames { get; set; }

        public Task<Showing> Ended => _ended.Task;

        public double Elapsed(TimeProvider clock) => clock.GetElapsedTime(began).TotalSeconds;

        public double? Left(TimeProvider clock) => seconds - Elapsed(clock);

        public void End(bool finished, string? problem = null) => _ended.TrySetResult(new(Scene.Name, finished, Frames, problem));
    }
}
