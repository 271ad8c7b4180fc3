namespace Devices.Edge.Agent.Camera.Mjpeg;

/// <summary>A growing window over a byte stream with a hard limit, so that a hostile or broken stream cannot eat the board's memory.</summary>
internal sealed class ByteAccumulator(Stream stream, int limit)
{
    private byte[] _buffer = new byte[Math.Min(64 * 1024, limit)];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Data => _buffer.AsSpan(_start, _end - _start);

    public int Limit => limit;

    public void Drop(int count) => _start += count;

    /// <summary>Reads some more; false at the end of the stream.</summary>
    /// <exception cref="CameraException">The window is full: what is looked for did not come within the limit.</exception>
    public async ValueTask<bool> FillAsync(string lookingFor, CancellationToken cancellationToken)
    {
        if (_start > 0 && (_start == _end || _buffer.Length - _end < 4096))
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= limit)
                throw new CameraException(CameraFaultKind.Protocol, $"The stream sent {limit:N0} bytes without {lookingFor}; it is not an MJPEG stream or its pictures are too large.");
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, limit));
        }

        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
