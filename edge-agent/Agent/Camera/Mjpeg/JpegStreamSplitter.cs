using System.Runtime.CompilerServices;

namespace Devices.Edge.Agent.Camera.Mjpeg;

/// <summary>
/// Cuts JPEG pictures that follow one another without a frame around them (<c>rpicam-vid --codec mjpeg -o -</c>,
/// <c>ffmpeg -f mjpeg -</c>) by walking each one's markers. Bytes between pictures and broken pictures are counted and skipped.
/// </summary>
internal static class JpegStreamSplitter
{
    public static async IAsyncEnumerable<CameraFrame> SplitAsync(
        Stream stream, int maxPicture, FrameTally tally, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ByteAccumulator window = new(stream, maxPicture);
        while (true)
        {
            int end = Find(window, tally);
            if (end > 0)
            {
                CameraFrame? frame = Take(window, end, tally, time);
                if (frame is not null) yield return frame;
                continue;
            }

            if (!await window.FillAsync("a whole JPEG picture", cancellationToken).ConfigureAwait(false))
            {
                if (window.Data.Length > 0) tally.Refuse($"The stream ended in the middle of a picture ({window.Data.Length} bytes came).");
                yield break;
            }
        }
    }

    // Length of the picture at the window's start, or 0 where more bytes are needed. Junk before it is dropped.
    private static int Find(ByteAccumulator window, FrameTally tally)
    {
        while (true)
        {
            ReadOnlySpan<byte> data = window.Data;
            int start = data.IndexOf(Soi);
            if (start < 0)
            {
                int keep = data.Length > 0 && data[^1] == 0xFF ? 1 : 0;
                if (data.Length - keep > 0)
                {
                    if (data[..^keep].ContainsAnyExcept((byte)0)) tally.Refuse($"{data.Length - keep} bytes between two pictures are not a JPEG picture.");
                    window.Drop(data.Length - keep);
                }

                return 0;
            }

            if (start > 0)
            {
                if (data[..start].ContainsAnyExcept((byte)0)) tally.Refuse($"{start} bytes before a picture are not a JPEG picture.");
                window.Drop(start);
                continue;
            }

            int end = JpegCheck.FindEnd(data);
            if (end >= 0) return end;
            tally.Refuse("A picture in the stream is damaged: its JPEG markers do not follow one another.");
            window.Drop(2);
        }
    }

    private static CameraFrame? Take(ByteAccumulator window, int end, FrameTally tally, TimeProvider time)
    {
        ReadOnlySpan<byte> picture = window.Data[..end];
        string? refusal = JpegCheck.Refuse(picture, out int length);
        CameraFrame? frame = null;
        if (refusal is null)
        {
            tally.Accept();
            frame = CameraFrame.Jpeg(picture[..length], time.GetElapsedTime(0, time.GetTimestamp()));
        }
        else
        {
            tally.Refuse(refusal);
        }

        window.Drop(end);
        return frame;
    }

    private static ReadOnlySpan<byte> Soi => [0xFF, 0xD8];
}
