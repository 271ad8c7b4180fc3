using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>A colour panel's memory: what the firmware's own drawing code put on it, pixel by pixel.</summary>
public sealed class HostPanel(int width, int height) : IPixelPanel
{
    private readonly Lock _gate = new();
    private readonly byte[] _pixels = new byte[width * height * 2];
    private int _version;

    public int Width => width;

    public int Height => height;

    /// <summary>Grows with every drawing.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Drawings are refused: the panel does not answer.</summary>
    public bool Broken { get; set; }

    /// <summary>Times it was started anew.</summary>
    public int Restarts { get; private set; }

    public bool Ready(long nowMs) => true;

    public void Restart() => Restarts++;

    public bool Draw(int x, int y, int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (!Fits(x, y, width, height) || pixels.Length < width * height * 2) return false;
        lock (_gate)
        {
            for (int row = 0; row < height; row++) Array.Copy(pixels, row * width * 2, _pixels, (((y + row) * Width) + x) * 2, width * 2);
            _version++;
        }

        return true;
    }

    public bool Fill(int x, int y, int width, int height, int rgb565)
    {
        if (!Fits(x, y, width, height)) return false;
        lock (_gate)
        {
            for (int row = y; row < y + height; row++)
            {
                for (int at = ((row * Width) + x) * 2; at < ((row * Width) + x + width) * 2; at += 2)
                {
                    _pixels[at] = (byte)(rgb565 >> 8);
                    _pixels[at + 1] = (byte)rgb565;
                }
            }

            _version++;
        }

        return true;
    }

    public void Light(int percent)
    {
    }

    /// <summary>A copy: RGB565, high byte first, row by row; with its version.</summary>
    public (byte[] Pixels, int Version) Look()
    {
        lock (_gate) return ([.. _pixels], _version);
    }

    private bool Fits(int x, int y, int width, int height) =>
        !Broken && x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= Width && y + height <= Height;
}
