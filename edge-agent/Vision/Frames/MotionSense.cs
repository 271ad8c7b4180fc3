namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Whether something moves before the camera, from mean brightness on a coarse grid: a few microseconds for a raw
/// frame; for a JPEG the decode to an eighth a side, which needs no inverse transform. It only wakes recognition earlier
/// than the next idle look would; it decides nothing. For one thread at a time.
/// </summary>
public sealed class MotionSense
{
    private const int Columns = 16;
    private const int Rows = 12;

    // Levels of 255 that a cell must change beyond the change of the whole picture (a lamp, the camera's exposure).
    private const float Step = 6;

    // A person at three metres covers about so many cells.
    private const int Cells = 3;

    private readonly float[] _last = new float[Columns * Rows];
    private readonly float[] _now = new float[Columns * Rows];
    private RgbFrame? _thumbnail;
    private bool _any;

    /// <summary>Whether a JPEG frame differs from the one before; a damaged one does not.</summary>
    public bool Moved(ReadOnlySpan<byte> jpeg)
    {
        var small = JpegDecoder.Thumbnail(jpeg, _thumbnail);
        if (!small.IsDecoded)
        {
            return false;
        }

        using var frame = small.Frame;
        _thumbnail = frame;
        var pixels = frame.Pixels;
        return Judge(frame.Width, frame.Height, pixels, frame.Stride, 3, 1);
    }

    /// <summary>Whether a YUYV frame, or an NV12 one (<paramref name="planar"/>), differs from the one before; one that is too short does not.</summary>
    public bool Moved(ReadOnlySpan<byte> yuyv, int width, int height, int stride, bool planar = false)
    {
        // NV12 begins with a plane of luma alone.
        var bytes = planar ? 1 : 2;
        return width > 0 && height > 0 && stride >= width * bytes && yuyv.Length >= ((height - 1) * stride) + (width * bytes)
            && Judge(width, height, yuyv, stride, bytes, 0);
    }

    // Every sixth pixel and row of a large frame is enough for a mean.
    private bool Judge(int width, int height, ReadOnlySpan<byte> bytes, int stride, int step, int offset)
    {
        var (dx, dy) = (Math.Max(1, width / (Columns * 6)), Math.Max(1, height / (Rows * 6)));
        Span<int> counts = stackalloc int[Columns * Rows];
        counts.Clear();
        Array.Clear(_now);
        for (var y = 0; y < height; y += dy)
        {
            var row = bytes[(y * stride)..];
            var line = y * Rows / height * Columns;
            for (var x = 0; x < width; x += dx)
            {
                var cell = line + (x * Columns / width);
                _now[cell] += row[(x * step) + offset];
                counts[cell]++;
            }
        }

        var whole = 0f;
        for (var i = 0; i < _now.Length; i++)
        {
            _now[i] /= Math.Max(1, counts[i]);
            whole += (_now[i] - _last[i]) / _now.Length;
        }

        var changed = 0;
        for (var i = 0; i < _now.Length; i++)
        {
            changed += MathF.Abs(_now[i] - _last[i] - whole) > Step ? 1 : 0;
            _last[i] = _now[i];
        }

        var moved = _any && changed >= Cells;
        _any = true;
        return moved;
    }
}
