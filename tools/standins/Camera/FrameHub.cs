using System.Threading.Channels;

namespace Devices.Standins.Camera;

/// <summary>Gives each frame to everyone who watches. Who is slow misses frames, as with a real camera; nobody holds up others.</summary>
internal sealed class FrameHub
{
    private readonly Lock _gate = new();
    private readonly List<Channel<byte[]>> _viewers = [];

    public int Viewers
    {
        get
        {
            lock (_gate)
            {
                return _viewers.Count;
            }
        }
    }

    public void Publish(byte[] frame)
    {
        lock (_gate)
        {
            foreach (var viewer in _viewers)
            {
                viewer.Writer.TryWrite(frame);
            }
        }
    }

    /// <summary>Frames from now on, until cancelled.</summary>
    public async IAsyncEnumerable<byte[]> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var viewer = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(2) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            _viewers.Add(viewer);
        }

        try
        {
            await foreach (var frame in viewer.Reader.ReadAllAsync(cancellationToken))
            {
                yield return frame;
            }
        }
        finally
        {
            lock (_gate)
            {
                _viewers.Remove(viewer);
            }
        }
    }
}
