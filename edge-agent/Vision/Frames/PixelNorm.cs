using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
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
        }
    }

    public ChannelOrder Order { get; }

    public int Planes { get; }

    internal ReadOnlySpan<float> Scale => _scale;

    internal ReadOnlySpan<float> Bias => _bias;

    /// <summary>Writes pixels of four floats each (R, G, B, nothing) into the planes, which lie <paramref name="plane"/> apart, from <paramref name="at"/> on.</summary>
    internal void WriteRow(ReadOnlySpan<float> rgbx, Span<float> target, int at, int plane)
    {
        var count = rgbx.Length / 4;
        var done = 0;
        ref var from = ref MemoryMarshal.GetReference(rgbx);
        for (; done + 4 <= count; done += 4)
        {
            // Four pixels turned into four of R, four of G, four of B.
            var a = Vector128.LoadUnsafe(ref from, (nuint)(done * 4));
            var b = Vector128.LoadUnsafe(ref from, (nuint)((done * 4) + 4));
            var c = Vector128.LoadUnsafe(ref from, (nuint)((done * 4) + 8));
            var d = Vector128.LoadUnsafe(ref from, (nuint)((done * 4) + 12));
            var (rgAB, bAB) = (Low(a, b), High(a, b));
            var (rgCD, bCD) = (Low(c, d), High(c, d));
            var r = Vector128.Create(rgAB.GetLower(), rgCD.GetLower());
            var g = Vector128.Create(rgAB.GetUpper(), rgCD.GetUpper());
            var blue = Vector128.Create(bAB.GetLower(), bCD.GetLower());
            var to = at + done;
            if (Order == ChannelOrder.Grey)
            {
                var luma = (r * 0.299f) + (g * 0.587f) + (blue * 0.114f);
                ((luma * _scale[0]) + Vector128.Create(_bias[0])).CopyTo(target[to..]);
                continue;
            }

            ((r * _scale[_red]) + Vector128.Create(_bias[_red])).CopyTo(target[(to + (_red * plane))..]);
            ((g * _scale[1]) + Vector128.Create(_bias[1])).CopyTo(target[(to + plane)..]);
            ((blue * _scale[2 - _red]) + Vector128.Create(_bias[2 - _red])).CopyTo(target[(to + ((2 - _red) * plane))..]);
        }

        for (; done < count; done++)
        {
            Write(target, at + done, plane, rgbx[done * 4], rgbx[(done * 4) + 1], rgbx[(done * 4) + 2]);
        }
    }

    // R of both, G of both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3));

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
