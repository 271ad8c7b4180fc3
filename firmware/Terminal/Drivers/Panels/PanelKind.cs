namespace Devices.Terminal.Drivers.Panels;

/// <summary>
/// What differs between panels: the initialisation (command, number of parameters, parameters; command 00 is a pause of parameter × 5 ms), the
/// size, and for each quarter turn the MADCTL value and where the glass begins in the controller's memory.
/// </summary>
public sealed class PanelKind
{
    private const byte My = 0x80;
    private const byte Mx = 0x40;
    private const byte Mv = 0x20;
    private const byte Bgr = 0x08;
    private const byte Pause = 0x00;

    private PanelKind(int width, int height, byte[] script, byte[] madctl, int[] xOffset, int[] yOffset)
    {
        Width = width;
        Height = height;
        Script = script;
        Madctl = madctl;
        XOffset = xOffset;
        YOffset = yOffset;
    }

    /// <summary>
    /// Sitronix ST7789V (datasheet 1.0, chapter 9) with a 240 × 240 glass on the first rows of its 240 × 320 memory; IPS, so inverted.
    /// SWRESET, SLPOUT, COLMOD 16 bits, INVON, NORON, DISPON.
    /// </summary>
    public static PanelKind St7789Square
    {
        get
        {
            return new PanelKind(
                240,
                240,
                [0x01, 0, Pause, 1, 30, 0x11, 0, Pause, 1, 24, 0x3A, 1, 0x55, 0x21, 0, 0x13, 0, Pause, 1, 2, 0x29, 0, Pause, 1, 4],
                [0, Mx | Mv, Mx | My, My | Mv],
                [0, 0, 0, 80],
                [0, 0, 80, 0]);
        }
    }

    /// <summary>
    /// ILITEK ILI9341 (datasheet 1.11, chapter 8), 240 × 320, colours BGR, glass mirrored from left to right. SWRESET, PWCTR1, PWCTR2, VMCTR1,
    /// VMCTR2, PIXSET 16 bits, FRMCTR1 79 Hz, DISCTRL, GAMSET, SLPOUT, DISPON.
    /// </summary>
    public static PanelKind Ili9341
    {
        get
        {
            return new PanelKind(
                240,
                320,
                [
                    0x01, 0, Pause, 1, 30, 0xC0, 1, 0x23, 0xC1, 1, 0x10, 0xC5, 2, 0x3E, 0x28, 0xC7, 1, 0x86, 0x3A, 1, 0x55, 0xB1, 2, 0x00, 0x18,
                    0xB6, 3, 0x08, 0x82, 0x27, 0x26, 1, 0x01, 0x11, 0, Pause, 1, 24, 0x29, 0, Pause, 1, 4,
                ],
                [Mx | Bgr, Mv | Bgr, My | Bgr, Mx | My | Mv | Bgr],
                [0, 0, 0, 0],
                [0, 0, 0, 0]);
        }
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Script { get; }

    public byte[] Madctl { get; }

    public int[] XOffset { get; }

    public int[] YOffset { get; }
}
