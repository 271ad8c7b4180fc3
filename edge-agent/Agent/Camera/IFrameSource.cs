namespace Devices.Edge.Agent.Camera;

/// <summary>Somewhere frames come from. One enumeration is one opening of the device; ending it releases the device.</summary>
public interface IFrameSource
{
    /// <summary>What to call it in a sentence; never holds a password.</summary>
    string Name { get; }

    /// <summary>Frames refused since the start and why the last one was.</summary>
    FrameTally Tally { get; }

    /// <summary>Opens the device and yields validated frames until cancelled. Damaged frames are counted in <see cref="Tally"/>, not yielded.</summary>
    /// <exception cref="CameraException">The device cannot be opened, or stopped giving frames.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the device is released.</exception>
    IAsyncEnumerable<CameraFrame> ReadAsync(CancellationToken cancellationToken);
}
