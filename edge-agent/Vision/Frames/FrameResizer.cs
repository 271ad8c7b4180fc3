using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
    private int[] _places = [];
    private float[] _row = [];
    private float[] _line = [];
    private readonly float[] _sampled;
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
        _sampled = new float[width * 4];
    }

    /// <summary>
    /// Samples rectangle (<paramref name="x"/>, <paramref name="y"/>, <paramref name="width"/>,
    /// <paramref name="height"/>; source pixels, may leave the picture) into <paramref name="target"/> of
    /// planes × height × width floats.
    /// </summary>
    public void Resize(RgbFrame frame, float x, float y, float width, float height, Span<float> target, BorderFill border = BorderFill.Replicate)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Deferred?.Preview is { } preview && (x, y, width, height) == (0, 0, frame.Width, frame.Height) && preview.Width >= _width && preview.Height >= _height)
        {
            // The whole picture is wanted smaller than the decoder has it already.
            Resize(preview, 0, 0, preview.Width, preview.Height, target, border);
            return;
        }

        Prepare(ref _keyX, (frame.Width, x, width, border), _startX, ref _weightsX, ref _tapsX);
        Prepare(ref _keyY, (frame.Height, y, height, border), _startY, ref _weightsY, ref _tapsY);

        // Only the columns that any output pixel touches are converted.
        var (low, high) = Columns(frame.Width, border);
        var count = high - low;
        var span = count * 3;
        if (_row.Length < span + 4)
        {
            // A pixel is read and written as four lanes, the last one's fourth lies behind it.
            _row = new float[span + 4];
            _line = new float[span + 4];
        }

        if (_places.Length < _width * _tapsX)
        {
            _places = new int[_width * _tapsX];
        }

        for (var i = 0; i < _width * _tapsX; i++)
        {
            _places[i] = (Fold(_startX[i / _tapsX] + (i % _tapsX), frame.Width, border) - low) * 3;
        }

        // A camera's raw rows are converted as they are needed, without an RGB picture between.
        var raw = frame.Deferred is { HasRows: true } deferred ? deferred : null;
        var pixels = raw is null ? frame.Pixels : default;
        var line = _line.AsSpan(0, span);
        var row = _row.AsSpan(0, span);
        if (raw is null && _tapsY == 2)
        {
            for (var oy = 0; oy < _height; oy++)
            {
                int y0 = Fold(_startY[oy], frame.Height, border), y1 = Fold(_startY[oy] + 1, frame.Height, border);
                Blend(pixels.Slice((y0 * frame.Stride) + (low * 3), span), pixels.Slice((y1 * frame.Stride) + (low * 3), span), _weightsY[oy * 2], _weightsY[(oy * 2) + 1], line);
                Across(target, oy * _width);
            }

            return;
        }

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
                if (raw is null)
                {
                    TensorPrimitives.ConvertTruncating<byte, float>(pixels.Slice((sy * frame.Stride) + (low * 3), span), row);
                }
                else
                {
                    raw.ReadRow(sy, low, count, _row);
                }

                TensorPrimitives.MultiplyAdd(row, weight, line, line);
            }

            Across(target, oy * _width);
        }
    }

    // Two rows of bytes to one of floats in one pass.
    private static void Blend(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, float weightA, float weightB, Span<float> line)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b);
        ref var to = ref MemoryMarshal.GetReference(line);
        var i = 0;
        if (Avx2.IsSupported)
        {
            Vector256<float> wa = Vector256.Create(weightA), wb = Vector256.Create(weightB);
            for (; i + 8 <= line.Length; i += 8)
            {
                ((Eight(ref first, i) * wa) + (Eight(ref second, i) * wb)).StoreUnsafe(ref to, (nuint)i);
            }
        }

        for (; i + 4 <= line.Length; i += 4)
        {
            ((Four(ref first, i) * weightA) + (Four(ref second, i) * weightB)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < line.Length; i++)
        {
            line[i] = (a[i] * weightA) + (b[i] * weightB);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(ref byte from, int at) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at))).AsByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(ref byte from, int at) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, at))).AsByte())).AsInt32());

    // One pixel is one vector: three channels for the price of one.
    private void Across(Span<float> target, int o)
    {
        var taps = _tapsX;
        ref var line = ref MemoryMarshal.GetArrayDataReference(_line);
        ref var places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weightsX);
        ref var to = ref MemoryMarshal.GetArrayDataReference(_sampled);
        var at = 0;
        for (var ox = 0; ox < _width; ox++)
        {
            var sum = Vector128<float>.Zero;
            for (var k = 0; k < taps; k++, at++)
            {
                sum += Vector128.LoadUnsafe(ref line, (nuint)Unsafe.Add(ref places, at)) * Unsafe.Add(ref weights, at);
            }

            sum.StoreUnsafe(ref to, (nuint)(ox * 4));
        }

        _norm.WriteRow(_sampled, target, o, _width * _height);
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
