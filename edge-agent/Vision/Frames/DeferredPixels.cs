namespace Devices.Edge.Vision.Frames;

/// <summary>A camera's bytes in a pooled buffer, from which RGB can be made in whole or by rows.</summary>
internal abstract class DeferredPixels : IDisposable
{
    /// <summary>Writes the whole picture as packed RGB24.</summary>
    internal abstract FrameFault? WriteRgb(Span<byte> rgb, int width, int height);

    /// <summary>Whether <see cref="ReadRow"/> works; compressed pictures have no rows.</summary>
    internal virtual bool HasRows => false;

    /// <summary>
    /// R, G, B floats (0..255) of <paramref name="count"/> pixels of a row from <paramref name="x"/> on. One float more
    /// than three a pixel may be written.
    /// </summary>
    internal virtual void ReadRow(int y, int x, int count, Span<float> rgb) => throw new NotSupportedException();

    /// <summary>The whole picture in fewer pixels, where there is one; it belongs to this object.</summary>
    internal virtual RgbFrame? Preview => null;

    public abstract void Dispose();
}
