namespace Devices.Edge.Vision.Liveness;

/// <summary>
/// Registers one aligned face onto another as if both were views of one plane, and measures what no plane explains.
/// The registration is a homography by inverse-compositional Gauss–Newton (Baker and Matthews, IJCV 56(3), 2004) on
/// luma brought to zero mean and unit deviation, so that light that comes and goes does not count as motion. What is
/// left is the displacement of small blocks by Lucas–Kanade: parallax of nose against cheeks, lids, lips. A photograph
/// moved, tilted or brought nearer leaves next to none. For one thread at a time; allocates nothing after construction.
/// </summary>
internal sealed class PlaneFit
{
    internal const int Side = 112;

    // Brows to below the mouth and cheek to cheek of the aligned face; hair and background move on their own.
    private const int Left = 22;
    private const int Right = 90;
    private const int Top = 34;
    private const int Bottom = 94;
    private const int Block = 10;
    private const int Parameters = 8;
    private const int Iterations = 12;
    private const float Half = Side / 2f;

    private const int Columns = (Right - Left) / Block;
    private const int Rows = (Bottom - Top) / Block;

    private readonly float[] _steep = new float[(Right - Left) * (Bottom - Top) * Parameters];
    private readonly float[] _key = new float[Side * Side];
    private readonly float[] _warped = new float[Side * Side];
    private readonly double[] _hessian = new double[Parameters * Parameters];
    private readonly double[] _work = new double[Parameters * (Parameters + 1)];
    private readonly double[] _right = new double[Parameters];
    private readonly double[] _map = new double[9];
    private readonly float[] _moves = new float[Columns * Rows];

    /// <summary>Takes the face to compare with: 112×112 smoothed luma.</summary>
    internal void SetKey(ReadOnlySpan<float> luma)
    {
        luma.CopyTo(_key);
        Normalise(_key);
        Array.Clear(_hessian);
        var at = 0;
        Span<float> row = stackalloc float[Parameters];
        for (var y = Top; y < Bottom; y++)
        {
            for (var x = Left; x < Right; x++, at += Parameters)
            {
                var p = (y * Side) + x;
                var gx = (_key[p + 1] - _key[p - 1]) * (Half / 2);
                var gy = (_key[p + Side] - _key[p - Side]) * (Half / 2);
                float u = (x - Half) / Half, v = (y - Half) / Half;
                row[0] = gx * u;
                row[1] = gx * v;
                row[2] = gx;
                row[3] = gy * u;
                row[4] = gy * v;
                row[5] = gy;
                row[6] = -((u * u * gx) + (u * v * gy));
                row[7] = -((u * v * gx) + (v * v * gy));
                row.CopyTo(_steep.AsSpan(at));
                for (var i = 0; i < Parameters; i++)
                {
                    for (var j = i; j < Parameters; j++)
                    {
                        _hessian[(i * Parameters) + j] += row[i] * row[j];
                    }
                }
            }
        }

        for (var i = 0; i < Parameters; i++)
        {
            // A featureless face must not be registered by dividing by nothing.
            _hessian[(i * Parameters) + i] += 1e-3;
            for (var j = 0; j < i; j++)
            {
                _hessian[(i * Parameters) + j] = _hessian[(j * Parameters) + i];
            }
        }
    }

    /// <summary>
    /// Displacement that no plane explains, in pixels of the aligned face (eyes 35 apart): the root mean square over
    /// the blocks that have texture, without the two largest, which a fly or a compression fault may make. Null when the
    /// registration runs away, as when the face turned too far to compare.
    /// </summary>
    internal float? Measure(ReadOnlySpan<float> luma)
    {
        _map.AsSpan().Clear();
        _map[0] = _map[4] = _map[8] = 1;
        for (var step = 0; step < Iterations; step++)
        {
            if (!Warp(luma))
            {
                return null;
            }

            Normalise(_warped);
            Array.Clear(_right);
            var at = 0;
            for (var y = Top; y < Bottom; y++)
            {
                for (var x = Left; x < Right; x++, at += Parameters)
                {
                    var p = (y * Side) + x;
                    double difference = _warped[p] - _key[p];
                    for (var i = 0; i < Parameters; i++)
                    {
                        _right[i] += _steep[at + i] * difference;
                    }
                }
            }

            if (!Solve() || !Compose(out var moved))
            {
                return null;
            }

            if (moved < 2e-4)
            {
                break;
            }
        }

        if (!Warp(luma))
        {
            return null;
        }

        Normalise(_warped);
        return Residual();
    }

    /// <summary>3×3 binomial smoothing, which halves the sensor's noise; borders are copied.</summary>
    internal static void Smooth(ReadOnlySpan<float> source, Span<float> target)
    {
        source.CopyTo(target);
        for (var y = 1; y < Side - 1; y++)
        {
            for (var x = 1; x < Side - 1; x++)
            {
                var p = (y * Side) + x;
                target[p] = ((4 * source[p]) + (2 * (source[p - 1] + source[p + 1] + source[p - Side] + source[p + Side]))
                    + source[p - Side - 1] + source[p - Side + 1] + source[p + Side - 1] + source[p + Side + 1]) / 16;
            }
        }
    }

    private static void Normalise(Span<float> luma)
    {
        double sum = 0, squares = 0;
        for (var y = Top; y < Bottom; y++)
        {
            for (var x = Left; x < Right; x++)
            {
                var value = luma[(y * Side) + x];
                sum += value;
                squares += value * value;
            }
        }

        const int Count = (Right - Left) * (Bottom - Top);
        var mean = (float)(sum / Count);
        var deviation = (float)Math.Sqrt(Math.Max(1e-6, (squares / Count) - (mean * (double)mean)));
        for (var y = Top - 1; y <= Bottom; y++)
        {
            for (var x = Left - 1; x <= Right; x++)
            {
                luma[(y * Side) + x] = (luma[(y * Side) + x] - mean) / deviation;
            }
        }
    }

    // The face seen through the present map; false when the map leaves the picture.
    private bool Warp(ReadOnlySpan<float> luma)
    {
        // One pixel more on each side, for the blocks' gradients.
        for (var y = Top - 1; y <= Bottom; y++)
        {
            for (var x = Left - 1; x <= Right; x++)
            {
                double u = (x - Half) / Half, v = (y - Half) / Half;
                var w = (_map[6] * u) + (_map[7] * v) + _map[8];
                var sx = (float)((((_map[0] * u) + (_map[1] * v) + _map[2]) / w * Half) + Half);
                var sy = (float)((((_map[3] * u) + (_map[4] * v) + _map[5]) / w * Half) + Half);
                if (!(sx >= 0 && sy >= 0 && sx < Side - 1 && sy < Side - 1))
                {
                    return false;
                }

                int x0 = (int)sx, y0 = (int)sy;
                float fx = sx - x0, fy = sy - y0;
                var p = (y0 * Side) + x0;
                _warped[(y * Side) + x] = (((luma[p] * (1 - fx)) + (luma[p + 1] * fx)) * (1 - fy)) + (((luma[p + Side] * (1 - fx)) + (luma[p + Side + 1] * fx)) * fy);
            }
        }

        return true;
    }

    // Gaussian elimination with row pivoting of hessian · d = right; the answer replaces right.
    private bool Solve()
    {
        const int Width = Parameters + 1;
        for (var i = 0; i < Parameters; i++)
        {
            _hessian.AsSpan(i * Parameters, Parameters).CopyTo(_work.AsSpan(i * Width));
            _work[(i * Width) + Parameters] = _right[i];
        }

        for (var i = 0; i < Parameters; i++)
        {
            var pivot = i;
            for (var r = i + 1; r < Parameters; r++)
            {
                pivot = Math.Abs(_work[(r * Width) + i]) > Math.Abs(_work[(pivot * Width) + i]) ? r : pivot;
            }

            if (!(Math.Abs(_work[(pivot * Width) + i]) > 1e-9))
            {
                return false;
            }

            for (var c = i; c < Width && pivot != i; c++)
            {
                (_work[(i * Width) + c], _work[(pivot * Width) + c]) = (_work[(pivot * Width) + c], _work[(i * Width) + c]);
            }

            for (var r = i + 1; r < Parameters; r++)
            {
                var factor = _work[(r * Width) + i] / _work[(i * Width) + i];
                for (var c = i; c < Width; c++)
                {
                    _work[(r * Width) + c] -= factor * _work[(i * Width) + c];
                }
            }
        }

        for (var i = Parameters - 1; i >= 0; i--)
        {
            var sum = _work[(i * Width) + Parameters];
            for (var c = i + 1; c < Parameters; c++)
            {
                sum -= _work[(i * Width) + c] * _right[c];
            }

            _right[i] = sum / _work[(i * Width) + i];
        }

        return true;
    }

    // map ← map · (1 + d)⁻¹; how far d moves, in units of half a side.
    private bool Compose(out double moved)
    {
        moved = 0;
        foreach (var value in _right)
        {
            moved = Math.Max(moved, Math.Abs(value));
        }

        if (!(moved < 0.5))
        {
            return false;
        }

        Span<double> d = [1 + _right[0], _right[1], _right[2], _right[3], 1 + _right[4], _right[5], _right[6], _right[7], 1];
        Span<double> inverse =
        [
            (d[4] * d[8]) - (d[5] * d[7]), (d[2] * d[7]) - (d[1] * d[8]), (d[1] * d[5]) - (d[2] * d[4]),
            (d[5] * d[6]) - (d[3] * d[8]), (d[0] * d[8]) - (d[2] * d[6]), (d[2] * d[3]) - (d[0] * d[5]),
            (d[3] * d[7]) - (d[4] * d[6]), (d[1] * d[6]) - (d[0] * d[7]), (d[0] * d[4]) - (d[1] * d[3]),
        ];
        Span<double> product = stackalloc double[9];
        for (var r = 0; r < 3; r++)
        {
            for (var c = 0; c < 3; c++)
            {
                product[(r * 3) + c] = (_map[r * 3] * inverse[c]) + (_map[(r * 3) + 1] * inverse[3 + c]) + (_map[(r * 3) + 2] * inverse[6 + c]);
            }
        }

        if (!(Math.Abs(product[8]) > 1e-6))
        {
            return false;
        }

        for (var i = 0; i < 9; i++)
        {
            _map[i] = product[i] / product[8];
        }

        return true;
    }

    private float Residual()
    {
        var count = 0;
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                if (Displacement(Left + (column * Block), Top + (row * Block)) is { } squared)
                {
                    _moves[count++] = squared;
                }
            }
        }

        if (count < 8)
        {
            return 0;
        }

        var moves = _moves.AsSpan(0, count);
        moves.Sort();
        var sum = 0f;
        foreach (var squared in moves[..(count - 2)])
        {
            sum += squared;
        }

        return MathF.Sqrt(sum / (count - 2));
    }

    // Squared Lucas–Kanade displacement of one block, its own mean taken out; null without texture in both directions.
    private float? Displacement(int left, int top)
    {
        float meanKey = 0, meanWarped = 0;
        for (var y = top; y < top + Block; y++)
        {
            for (var x = left; x < left + Block; x++)
            {
                meanKey += _key[(y * Side) + x];
                meanWarped += _warped[(y * Side) + x];
            }
        }

        meanKey /= Block * Block;
        meanWarped /= Block * Block;
        float xx = 0, xy = 0, yy = 0, bx = 0, by = 0;
        for (var y = top; y < top + Block; y++)
        {
            for (var x = left; x < left + Block; x++)
            {
                var p = (y * Side) + x;

                // Gradients of both, averaged: symmetric, so that which of the two is blurred matters less.
                var gx = (_key[p + 1] - _key[p - 1] + _warped[p + 1] - _warped[p - 1]) / 4;
                var gy = (_key[p + Side] - _key[p - Side] + _warped[p + Side] - _warped[p - Side]) / 4;
                var difference = _warped[p] - meanWarped - (_key[p] - meanKey);
                xx += gx * gx;
                xy += gx * gy;
                yy += gy * gy;
                bx += gx * difference;
                by += gy * difference;
            }
        }

        var trace = xx + yy;
        var smallest = (trace / 2) - MathF.Sqrt(MathF.Max(0, (trace * trace / 4) - ((xx * yy) - (xy * xy))));
        if (smallest < 0.15f)
        {
            return null;
        }

        var determinant = (xx * yy) - (xy * xy);
        float dx = ((yy * bx) - (xy * by)) / determinant, dy = ((xx * by) - (xy * bx)) / determinant;

        // Beyond a third of a block the linear step says only "much".
        return MathF.Min((dx * dx) + (dy * dy), Block * Block / 9f);
    }
}
