namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>What to ask a V4L2 camera for. The driver may give another size; what it gives is used.</summary>
/// <param name="Path">Device node, such as <c>/dev/video0</c>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="FramesPerSecond">Asked by VIDIOC_S_PARM where the driver knows it.</param>
/// <param name="Format">
/// Null lets size and rate decide among what is offered: raw frames (NV12, else YUYV) while they fit easily through USB 2.0
/// (<see cref="RawBytesPerSecond"/>), since they need no decoding and have no artefacts; MJPEG above that.
/// </param>
public sealed record V4l2Options(string Path, int Width = 640, int Height = 480, int FramesPerSecond = 15, FrameFormat? Format = null)
{
    /// <summary>Half of what an isochronous USB 2.0 link carries (24 MB/s), so that a second device on the hub finds room.</summary>
    public const int RawBytesPerSecond = 12_000_000;

    /// <summary>Mapped buffers: two in the driver, one being read, one to spare.</summary>
    public int Buffers { get; init; } = 4;

    /// <summary>Without a filled buffer for this long the device is given up.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>So many damaged frames in a row are a fault of the device.</summary>
    public int MaxDamagedInARow { get; init; } = 60;
}
