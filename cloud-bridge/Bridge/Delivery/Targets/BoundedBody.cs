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
        byte[] buffer = new byte[most + 1];
        int read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > most ? null : Encoding.UTF8.GetString(buffer, 0, read);
    }
}
