namespace Devices.Standins.Camera;

/// <summary>What stands before the camera. A scene is drawn by one thread only.</summary>
internal abstract class Scene(string name) : IDisposable
{
    /// <summary>The label that the state shows.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The next frame as JPEG, or null when the scene is over by itself (a video's end).
    /// </summary>
    /// <param name="seconds">Seconds since the scene began.</param>
    /// <param name="cancellationToken">Ends the wait for a frame.</param>
    public abstract ValueTask<byte[]?> NextFrameAsync(double seconds, CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
