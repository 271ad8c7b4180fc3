using System.Buffers;
using System.Numerics.Tensors;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// Crop and resize of a rectangle to planar floats, separable, with pixel centres at half-integers as in OpenCV's
/// <c>resize(INTER_LINEAR)</c>. <see cref="Resample.Antialias"/> widens the triangle with the reduction, so that a
/// 1080p frame does not alias on its way to 320×240. Not thread-safe: it owns its scratch rows.
/// </summary>
public sealed class FrameResizer
{
    private readonly int _width;
    private readonly int _height;
    private readonly PixelNorm _norm;
    private readonly Resample _resample;
    private readonly int[] _startX;
    private readonly int[] _startY;
    private float[] _weightsX = [];
    private float[] _weightsY = [];
    private int _tapsX;
    private int _tapsY;
    private float[] _row = [];
    private float[] _line = [];
    private (int Length, float Start, float Extent, BorderFill Border) _keyX;
    private (int Length, float Start, float Extent, BorderFill Border) _keyY;

    public FrameResizer(int width, int height, PixelNorm norm, Resample resample)
    {
        _width = width;
        _height = height;
        _norm = norm;
        _resample = resample;
        _startX = new int[width];
        _startY = new int[height];
    }

    /// <summary>
    /// Samples rectangle (<paramref name="x"/>, <paramref name="y"/>, <paramref name="width"/>,
    /// <paramref name="height"/>; source pixels, may leave the picture) into <paramref name="target"/> of
    /// planes × height × width floats.
    /// </summary>
    public void Resize(RgbFrame frame, float x, float y, float width, float height, Span<float> target, BorderFill border = BorderFill.Replicate)
    {
        ArgumentNullException.ThrowIfNull(frame);
        Prepare(ref _keyX, (frame.Width, x, width, border), _startX, ref _weightsX, ref _tapsX);
        Prepare(ref _keyY, (frame.Height, y, height, border), _startY, ref _weightsY, ref _tapsY);

        // Only the columns that any output pixel touches are converted.
        var (low, high) = Columns(frame.Width, border);
        var span = (high - low) * 3;
        if (_row.Length < span)
        {
            _row = new float[span];
            _line = new float[span];
        }

        var pixels = frame.Pixels;
        var line = _line.AsSpan(0, span);
        var row = _row.AsSpan(0, span);
        var plane = _width * _height;
        for (var oy = 0; oy < _height; oy++)
        {
            line.Clear();
            for (var k = 0; k < _tapsY; k++)
            {
                var weight = _weightsY[(oy * _tapsY) + k];
                if (weight == 0)
                {
                    continue;
                }

                var sy = Fold(_startY[oy] + k, frame.Height, border);
                TensorPrimitives.ConvertTruncating<byte, float>(pixels.Slice((sy * frame.Stride) + (low * 3), span), row);
                TensorPrimitives.MultiplyAdd(row, weight, line, line);
            }

            var o = oy * _width;
            for (var ox = 0; ox < _width; ox++)
            {
                float r = 0, g = 0, b = 0;
                for (var k = 0; k < _tapsX; k++)
                {
                    var weight = _weightsX[(ox * _tapsX) + k];
                    if (weight == 0)
                    {
                        continue;
                    }

                    var at = (Fold(_startX[ox] + k, frame.Width, border) - low) * 3;
                    r += weight * line[at];
                    g += weight * line[at + 1];
                    b += weight * line[at + 2];
                }

                _norm.Write(target, o + ox, plane, r, g, b);
            }
        }
    }

    private (int Low, int High) Columns(int length, BorderFill border)
    {
        if (border == BorderFill.Reflect)
        {
            return (0, length);
        }

        var low = Math.Clamp(_startX[0], 0, length - 1);
        var high = Math.Clamp(_startX[^1] + _tapsX, low + 1, length);
        return (low, high);
    }

    private static int Fold(int at, int length, BorderFill border)
    {
        if ((uint)at < (uint)length)
        {
            return at;
        }

        if (border == BorderFill.Replicate || length == 1)
        {
            return Math.Clamp(at, 0, length - 1);
        }

        // Reflect without repeating the edge pixel (OpenCV BORDER_REFLECT_101).
        var period = 2 * (length - 1);
        at = ((at % period) + period) % period;
        return at < length ? at : period - at;
    }

    private void Prepare(
        ref (int, float, float, BorderFill) key, (int Length, float Start, float Extent, BorderFill Border) wanted,
        int[] starts, ref float[] weights, ref int taps)
    {
        if (key == wanted)
        {
            return;
        }

        key = wanted;
        var scale = wanted.Extent / starts.Length;
        var radius = _resample == Resample.Antialias ? MathF.Max(1f, scale) : 1f;
        taps = (int)MathF.Ceiling(radius * 2) + (radius > 1f ? 1 : 0);
        if (weights.Length < starts.Length * taps)
        {
            weights = new float[starts.Length * taps];
        }

        for (var i = 0; i < starts.Length; i++)
        {
            var centre = wanted.Start + ((i + 0.5f) * scale) - 0.5f;
            var start = (int)MathF.Floor(centre - radius) + 1;
            starts[i] = start;
            var sum = 0f;
            for (var k = 0; k < taps; k++)
            {
                var weight = MathF.Max(0f, 1f - (MathF.Abs(start + k - centre) / radius));
                weights[(i * taps) + k] = weight;
                sum += weight;
            }

            for (var k = 0; k < taps; k++)
            {
                weights[(i * taps) + k] /= sum;
            }
        }
    }
}
