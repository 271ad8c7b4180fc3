using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Frames;

/// <summary>
/// How byte pixels become a model's planar floats: channel choice and value × scale + bias for each plane.
/// Grey is ITU-R BT.601 luma.
/// </summary>
public sealed class PixelNorm
{
    private readonly float[] _scale;
    private readonly float[] _bias;
    private readonly Vector128<float> _laneScale;
    private readonly Vector128<float> _laneBias;
    private readonly int _red;

    public PixelNorm(ChannelOrder order, IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        Order = order;
        Planes = order == ChannelOrder.Grey ? 1 : 3;
        _scale = new float[Planes];
        _bias = new float[Planes];
        for (var i = 0; i < Planes; i++)
        {
            // A single value stands for all planes.
            var d = deviation[deviation.Count == 1 ? 0 : i];
            _scale[i] = 1f / d;
            _bias[i] = -mean[mean.Count == 1 ? 0 : i] / d;
        }

        if (Planes == 3)
        {
            _red = order == ChannelOrder.Rgb ? 0 : 2;
            _laneScale = Vector128.Create(_scale[_red], _scale[1], _scale[2 - _red], 0);
            _laneBias = Vector128.Create(_bias[_red], _bias[1], _bias[2 - _red], 0);
        }
    }

    private static Vector128<float> Luma => Vector128.Create(0.299f, 0.587f, 0.114f, 0);

    public ChannelOrder Order { get; }

    public int Planes { get; }

    internal ReadOnlySpan<float> Scale => _scale;

    internal ReadOnlySpan<float> Bias => _bias;

    /// <summary>Writes one pixel that lies in a vector's first three lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(Span<float> target, int at, int plane, Vector128<float> rgb)
    {
        if (Order == ChannelOrder.Grey)
        {
            target[at] = (Vector128.Sum(rgb * Luma) * _scale[0]) + _bias[0];
            return;
        }

        // Lanes are R, G, B; the planes may be the other way round.
        var value = (rgb * _laneScale) + _laneBias;
        target[at + (_red * plane)] = value.GetElement(0);
        target[at + plane] = value.GetElement(1);
        target[at + ((2 - _red) * plane)] = value.GetElement(2);
    }

    /// <summary>Writes one pixel (0..255 floats) into the planes, which lie <paramref name="plane"/> apart.</summary>
    internal void Write(Span<float> target, int at, int plane, float r, float g, float b)
    {
        switch (Order)
        {
            case ChannelOrder.Rgb:
                target[at] = (r * _scale[0]) + _bias[0];
                target[at + plane] = (g * _scale[1]) + _bias[1];
                target[at + plane + plane] = (b * _scale[2]) + _bias[2];
                break;
            case ChannelOrder.Bgr:
                target[at] = (b * _scale[0]) + _bias[0];
                target[at + plane] = (g * _scale[1]) + _bias[1];
                target[at + plane + plane] = (r * _scale[2]) + _bias[2];
                break;
            default:
                target[at] = (((0.299f * r) + (0.587f * g) + (0.114f * b)) * _scale[0]) + _bias[0];
                break;
        }
    }
}
