using Devices.Edge.Agent.Hosting;

namespace Devices.Edge.Agent.Camera;

/// <summary>The configured camera under its supervisor, with its health and its lines.</summary>
public sealed class CameraPart : IDisposable
{
    private readonly IFrameSource _source;
    private readonly CameraSupervisor _supervisor;
    private readonly Heartbeats _heartbeats;
    private readonly TimeSpan _limit;

    public CameraPart(IFrameSource source, FrameSlot slot, AgentOptions options, HealthBoard health, Heartbeats heartbeats, Narration narration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _source = source;
        _heartbeats = heartbeats;
        _limit = options.FrameAgeLimit + TimeSpan.FromSeconds(30);
        health.Set(HealthBoard.Camera, false, "no frame yet");
        _supervisor = new(source, slot, new CameraSupervisorOptions { FrameAgeLimit = options.FrameAgeLimit }, time, change =>
        {
            health.Set(HealthBoard.Camera, change.Running, change.Sentence);
            if (change.Running) narration.Tell("camera", change.Sentence);
            else narration.Warn("camera", change.Sentence);
        });
    }

    public CameraStatus Status => _supervisor.Status;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _supervisor.RunAsync(_heartbeats.Watch("camera", _limit), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _heartbeats.Forget("camera");
        }
    }

    public void Dispose() => (_source as IDisposable)?.Dispose();
}
