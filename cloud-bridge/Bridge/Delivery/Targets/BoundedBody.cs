using System.Text;

namespace Devices.Bridge.Delivery.Targets;

/// <summary>Reads an answer no further than a limit: what the other side sends is not ours to trust.</summary>
public static class BoundedBody
{
    /// <summary>The text; null where there is more of it than <paramref name="most"/> bytes.</summary>
    public static async Task<string?> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Headers.ContentLength > most) return null;
        using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        // It grows with what comes: most answers are a few hundred bytes.
        byte[] buffer = new byte[Math.Min(most + 1, 16 * 1024)];
        int read = 0;
        while (true)
        {
            int more = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken);
            if (more == 0) return Encoding.UTF8.GetString(buffer, 0, read);
            read += more;
            if (read > most) return null;
            if (read == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(most + 1L, buffer.Length * 2L));
        }
    }
}
