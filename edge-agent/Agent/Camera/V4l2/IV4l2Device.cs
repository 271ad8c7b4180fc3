namespace Devices.Edge.Agent.Camera.V4l2;

/// <summary>
/// The system calls the V4L2 source makes, and nothing else, so that a test can play the kernel. All return -1 on failure and
/// keep the error in <see cref="Errno"/>, as the C functions do.
/// </summary>
internal unsafe interface IV4l2Device
{
    /// <summary>errno of the last failed call on this thread.</summary>
    int Errno { get; }

    int Open(string path, int flags);

    int Close(int fd);

    int Ioctl(int fd, uint request, void* argument);

    /// <summary>Maps a buffer for reading and writing, shared. Null on failure.</summary>
    byte* Map(int fd, uint length, uint offset);

    int Unmap(byte* address, uint length);

    /// <summary>Waits for a filled buffer: 1 with <paramref name="events"/>, 0 on time-out, -1 on failure.</summary>
    int Poll(int fd, int milliseconds, out short events);
}
