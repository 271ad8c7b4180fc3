using System.Buffers;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Track;
using SkiaSharp;

namespace Devices.Edge.Agent.View;

/// <summary>One face as it stood in that frame.</summary>
/// <param name="Comparison">The last with the gallery; null before the first.</param>
public readonly record struct ViewFace(TrackView Track, FaceComparison? Comparison);

/// <summary>A decision.</summary>
/// <param name="At">Wall clock, ms since the Unix epoch.</param>
public readonly record struct ViewDecision(long At, ViewFace Face);

/// <summary>A frame that somebody waited for, with what was found in that very frame. Lives in memory only, until it was sent.</summary>
public sealed class ViewFrame(byte[] data, FrameFormat format, int stride)
{
    private const int Quality = 80;
    private readonly Lock _gate = new();
    private byte[]? _jpeg = format == FrameFormat.Jpeg ? data : null;

    /// <summary>Counts the frames looked at while the view is open; grows by more than one where the browser was slower than recognition.</summary>
    public required long Number { get; init; }

    /// <summary>Pixels; 0 where nobody decoded it.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Whether the models looked at it.</summary>
    public required bool Analysed { get; init; }

    public required IReadOnlyList<ViewFace> Faces { get; init; }

    public required TimeSpan Decode { get; init; }

    public required StageTimes Stages { get; init; }

    /// <summary>From taking the frame to its result, without telling and recording.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>Frames looked at in a second.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>The picture; encoded at the first call where the camera sends raw frames. Empty where they cannot be read.</summary>
    public byte[] Jpeg()
    {
        lock (_gate) return _jpeg ??= Encode();
    }

    private byte[] Encode()
    {
        using RgbFrame rgb = RgbFrame.Rent(Width, Height);
        if ((format == FrameFormat.Nv12 ? YuvConverter.FromNv12(data, stride, rgb) : YuvConverter.FromYuyv(data, stride, rgb)) is not null) return [];
        byte[] rgba = ArrayPool<byte>.Shared.Rent(Width * Height * 4);
        try
        {
            ReadOnlySpan<byte> from = rgb.Pixels;
            for (int i = 0, j = 0; i < from.Length; i += 3, j += 4)
            {
                rgba[j] = from[i];
                rgba[j + 1] = from[i + 1];
                rgba[j + 2] = from[i + 2];
                rgba[j + 3] = 255;
            }

            using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba.AsSpan(0, Width * Height * 4));
            using SKData encoded = image.Encode(SKEncodedImageFormat.Jpeg, Quality);
            return encoded.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }
}
