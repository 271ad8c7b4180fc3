using System.Runtime.CompilerServices;

namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>Frames of a Linux video device. Poll and copy run on a pool thread so that no caller blocks.</summary>
public sealed class V4l2Source : IFrameSource
{
    private readonly IV4l2Device _device;
    private readonly V4l2Options _options;
    private readonly TimeProvider _time;

    public V4l2Source(V4l2Options options, TimeProvider time)
        : this(new LinuxV4l2Device(), options, time)
    {
    }

    internal V4l2Source(IV4l2Device device, V4l2Options options, TimeProvider time)
    {
        _device = device;
        _options = options;
        _time = time;
    }

    public string Name => $"The camera {_options.Path}";

    public FrameTally Tally { get; } = new();

    public async IAsyncEnumerable<CameraFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using V4l2Stream stream = await Task.Run(() => V4l2Stream.Open(_device, _options, _time, Tally), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.Run(() => WaitForFrame(stream, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private CameraFrame WaitForFrame(V4l2Stream stream, CancellationToken cancellationToken)
    {
        long begin = _time.GetTimestamp();
        int damagedInARow = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stream.Next(100, out bool damaged) is { } frame) return frame;
            if (damaged && ++damagedInARow >= _options.MaxDamagedInARow)
                throw new CameraException(CameraFaultKind.NoFrames, $"{Name} sent {damagedInARow} damaged frames in a row. The last: {Tally.LastReason}");
            if (_time.GetElapsedTime(begin) > _options.FrameTimeout)
            {
                string hint = damagedInARow > 0 ? $" {damagedInARow} damaged ones came; the last: {Tally.LastReason}" : "";
                throw new CameraException(CameraFaultKind.NoFrames, $"{Name} is open but gave no frame for {_options.FrameTimeout.TotalSeconds:0.#} s.{hint}");
            }
        }
    }
}
