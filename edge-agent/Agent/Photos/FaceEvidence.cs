using System.Buffers;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Track;
using SkiaSharp;

namespace Devices.Edge.Agent.Photos;

/// <summary>
/// Holds, for each face that is followed, head and shoulders from its best frame so far, in memory only: what becomes no punch is forgotten
/// with its track. Frames that were not compared with the gallery are left out, so that the picture shows the face that was decided on.
/// For recognition's thread.
/// </summary>
public sealed class FaceEvidence(Func<bool> enabled)
{
    private const int FirstQuality = 80;
    private const int LastQuality = 20;
    private readonly Dictionary<long, Crop> _best = [];

    /// <summary>Looks at the tracks of the frame that was just processed.</summary>
    public void Look(RgbFrame frame, IReadOnlyList<TrackView> tracks)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(tracks);
        if (!enabled())
        {
            Clear();
            return;
        }

        try
        {
            LookAt(frame, tracks);
        }
        catch (Exception)
        {
            // Evidence is no part of the decision: without it the punch says so, and recognition goes on.
            Clear();
        }
    }

    private void LookAt(RgbFrame frame, IReadOnlyList<TrackView> tracks)
    {
        foreach (long gone in _best.Keys.Where(id => !Has(tracks, id)).ToList()) Forget(gone);
        foreach (TrackView track in tracks)
        {
            if (!track.SampledNow || !track.Quality.IsGood || (track.Outcome.IsFinal && !track.DecidedNow)) continue;
            if (_best.TryGetValue(track.Id, out Crop? had) && had.Score >= track.Quality.Score) continue;
            Forget(track.Id);
            _best[track.Id] = Take(frame, track);
        }
    }

    /// <summary>The JPEG of a face that was decided on; null where there is none. To be asked before the next frame.</summary>
    public Func<byte[]?>? Of(long track) => _best.TryGetValue(track, out Crop? crop) ? () => Encode(crop) : null;

    /// <summary>Forgets a face that was decided on.</summary>
    public void Forget(long track)
    {
        if (!_best.Remove(track, out Crop? crop)) return;
        ArrayPool<byte>.Shared.Return(crop.Rgb, clearArray: true);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (long track in _best.Keys.ToList()) Forget(track);
    }

    /// <summary>Head and shoulders around a face, within the picture.</summary>
    internal static (int X, int Y, int Width, int Height) Around(in FaceBox box, int width, int height)
    {
        int left = (int)Math.Clamp(box.X - (0.6f * box.Width), 0, width - 1);
        int top = (int)Math.Clamp(box.Y - (0.5f * box.Height), 0, height - 1);
        int right = (int)Math.Clamp(box.X + (1.6f * box.Width), left + 1, width);
        int bottom = (int)Math.Clamp(box.Y + (1.9f * box.Height), top + 1, height);
        return (left, top, right - left, bottom - top);
    }

    private static bool Has(IReadOnlyList<TrackView> tracks, long id)
    {
        foreach (TrackView track in tracks)
        {
            if (track.Id == id) return true;
        }

        return false;
    }

    private static Crop Take(RgbFrame frame, in TrackView track)
    {
        (int x, int y, int width, int height) = Around(track.Box, frame.Width, frame.Height);
        double scale = Math.Min(1, (double)PhotoLimits.Side / Math.Max(width, height));
        int w = Math.Max(1, (int)(width * scale));
        int h = Math.Max(1, (int)(height * scale));
        byte[] rgb = ArrayPool<byte>.Shared.Rent(w * h * 3);
        Shrink(frame.Pixels, frame.Stride, x, y, width, height, rgb, w, h);
        return new(rgb, w, h, track.Quality.Score);
    }

    // Each pixel is the mean of those it stands for.
    private static void Shrink(ReadOnlySpan<byte> from, int stride, int left, int top, int width, int height, Span<byte> to, int w, int h)
    {
        for (int y = 0; y < h; y++)
        {
            int y0 = top + (y * height / h);
            int y1 = Math.Max(y0 + 1, top + ((y + 1) * height / h));
            for (int x = 0; x < w; x++)
            {
                int x0 = left + (x * width / w);
                int x1 = Math.Max(x0 + 1, left + ((x + 1) * width / w));
                int r = 0, g = 0, b = 0;
                for (int row = y0; row < y1; row++)
                {
                    ReadOnlySpan<byte> line = from.Slice((row * stride) + (x0 * 3), (x1 - x0) * 3);
                    for (int i = 0; i < line.Length; i += 3)
                    {
                        r += line[i];
                        g += line[i + 1];
                        b += line[i + 2];
                    }
                }

                int count = (y1 - y0) * (x1 - x0);
                int at = ((y * w) + x) * 3;
                to[at] = (byte)(r / count);
                to[at + 1] = (byte)(g / count);
                to[at + 2] = (byte)(b / count);
            }
        }
    }

    private static byte[]? Encode(Crop crop)
    {
        int pixels = crop.Width * crop.Height;
        byte[] rgba = ArrayPool<byte>.Shared.Rent(pixels * 4);
        try
        {
            for (int i = 0, j = 0; j < pixels * 4; i += 3, j += 4)
            {
                rgba[j] = crop.Rgb[i];
                rgba[j + 1] = crop.Rgb[i + 1];
                rgba[j + 2] = crop.Rgb[i + 2];
                rgba[j + 3] = 255;
            }

            using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(crop.Width, crop.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba.AsSpan(0, pixels * 4));
            for (int quality = FirstQuality; quality >= LastQuality; quality -= 15)
            {
                using SKData? encoded = image.Encode(SKEncodedImageFormat.Jpeg, quality);
                if (encoded is not null && encoded.Size <= PhotoLimits.MaxJpeg) return encoded.ToArray();
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba, clearArray: true);
        }
    }

    private sealed record Crop(byte[] Rgb, int Width, int Height, float Score);
}
