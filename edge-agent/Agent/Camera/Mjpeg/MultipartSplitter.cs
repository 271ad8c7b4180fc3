using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Devices.Edge.Agent.Camera.Mjpeg;

/// <summary>
/// Cuts the parts of a <c>multipart/x-mixed-replace</c> body (the MJPEG-over-HTTP of IP cameras; RFC 2046 section 5.1 for the
/// boundary lines). A part with Content-Length is taken by it, one without up to the next boundary.
/// </summary>
internal static class MultipartSplitter
{
    private const int MaxHeader = 8 * 1024;

    public static async IAsyncEnumerable<CameraFrame> SplitAsync(
        Stream stream, string boundary, int maxPicture, FrameTally tally, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Cameras differ in whether the header's boundary already has its dashes.
        byte[] delimiter = Encoding.ASCII.GetBytes(boundary.StartsWith("--", StringComparison.Ordinal) ? boundary : "--" + boundary);
        ByteAccumulator window = new(stream, maxPicture + MaxHeader);
        while (true)
        {
            int at;
            while ((at = window.Data.IndexOf(delimiter)) < 0)
            {
                int keep = Math.Min(window.Data.Length, delimiter.Length - 1);
                if (window.Data.Length - keep > MaxHeader)
                    throw new CameraException(CameraFaultKind.Protocol, "The stream holds no part boundary where one must be.");
                if (!await window.FillAsync("a part boundary", cancellationToken).ConfigureAwait(false)) yield break;
            }

            window.Drop(at + delimiter.Length);
            int header;
            while ((header = HeaderEnd(window.Data)) < 0)
            {
                if (window.Data.Length > MaxHeader) throw new CameraException(CameraFaultKind.Protocol, $"A part's header is longer than {MaxHeader:N0} bytes.");
                if (!await window.FillAsync("the end of a part's header", cancellationToken).ConfigureAwait(false)) yield break;
            }

            if (window.Data.StartsWith("--"u8)) yield break; // the closing boundary
            int? length = ContentLength(window.Data[..header], maxPicture);
            window.Drop(header);
            if (length is { } wanted)
            {
                while (window.Data.Length < wanted)
                {
                    if (await window.FillAsync("the rest of a picture", cancellationToken).ConfigureAwait(false)) continue;
                    tally.Refuse($"The stream ended in the middle of a picture ({window.Data.Length} of {wanted} bytes came).");
                    yield break;
                }
            }
            else
            {
                int next;
                while ((next = window.Data.IndexOf(delimiter)) < 0)
                {
                    if (await window.FillAsync("the next part boundary", cancellationToken).ConfigureAwait(false)) continue;
                    yield break;
                }

                length = next;
            }

            CameraFrame? frame = Take(window, length.Value, tally, time);
            if (frame is not null) yield return frame;
        }
    }

    private static CameraFrame? Take(ByteAccumulator window, int length, FrameTally tally, TimeProvider time)
    {
        ReadOnlySpan<byte> part = window.Data[..length];
        while (part.Length > 0 && part[^1] is (byte)'\r' or (byte)'\n') part = part[..^1];
        string? refusal = JpegCheck.Refuse(part, out int end);
        CameraFrame? frame = null;
        if (refusal is null)
        {
            tally.Accept();
            frame = CameraFrame.Jpeg(part[..end], time.GetElapsedTime(0, time.GetTimestamp()));
        }
        else
        {
            tally.Refuse(refusal);
        }

        window.Drop(length);
        return frame;
    }

    private static int HeaderEnd(ReadOnlySpan<byte> data)
    {
        int crlf = data.IndexOf("\r\n\r\n"u8);
        if (crlf >= 0) return crlf + 4;
        int lf = data.IndexOf("\n\n"u8);
        if (lf >= 0) return lf + 2;
        return data.StartsWith("--"u8) ? 2 : -1;
    }

    private static int? ContentLength(ReadOnlySpan<byte> header, int maxPicture)
    {
        foreach (string line in Encoding.Latin1.GetString(header).Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Trim().Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) continue;
            if (!int.TryParse(line.AsSpan(colon + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int length))
                throw new CameraException(CameraFaultKind.Protocol, "A part's Content-Length is not a number.");
            if (length > maxPicture)
                throw new CameraException(CameraFaultKind.Protocol, $"The camera announces a picture of {length:N0} bytes; {maxPicture:N0} are the limit.");
            return length;
        }

        return null;
    }
}
