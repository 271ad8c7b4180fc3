namespace Devices.Terminal.Parts;

/// <summary>A colour panel, pixel by pixel; text and layout are the caller's business.</summary>
public interface IPixelPanel
{
    int Width { get; }

    int Height { get; }

    /// <summary>
    /// Brings the panel up step by step (its datasheet wants pauses) and returns true once it takes pixels. Call it until it does; it
    /// never sleeps. After <see cref="Restart"/> it returns false again until the panel is up.
    /// </summary>
    bool Ready(long nowMs);

    /// <summary>Resets the panel and starts its initialisation again, for instance after a fault.</summary>
    void Restart();

    /// <summary>
    /// Replaces a rectangle: RGB565, two bytes a pixel, high byte first, row by row. False, and nothing drawn, when the panel is not ready,
    /// the rectangle is not wholly on it, or <paramref name="pixels"/> is too short.
    /// </summary>
    bool Draw(int x, int y, int width, int height, byte[] pixels);

    /// <summary>Fills a rectangle with one RGB565 colour; the same rules.</summary>
    bool Fill(int x, int y, int width, int height, int rgb565);

    /// <summary>Panel light, 0 to 100 per cent.</summary>
    void Light(int percent);
}
