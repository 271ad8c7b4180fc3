using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal;

/// <summary>The light: a colour for each screen, slow blinking for what lasts, fast for what needs somebody.</summary>
public sealed class LedDirector
{
    public const int Green = 0x00A000;
    public const int Red = 0xC00000;
    public const int Yellow = 0xA06000;
    public const int Blue = 0x0000A0;
    public const int White = 0x404040;
    public const int Violet = 0x600080;

    private const int SlowMs = 1000;
    private const int FastMs = 200;

    private readonly IRgbLed? _led;
    private int _shown = -1;

    public LedDirector(IRgbLed? led)
    {
        _led = led;
    }

    /// <summary>The colour that stands now, 0x00RRGGBB.</summary>
    public int Shown
    {
        get { return _shown; }
    }

    public void Step(ScreenKind kind, bool online, bool alarm, long nowMs)
    {
        int colour;
        int period = 0;
        if (alarm)
        {
            colour = Red;
            period = FastMs;
        }
        else
        {
            colour = Colour(kind);
            if (kind == ScreenKind.Full || kind == ScreenKind.Fault)
            {
                period = FastMs;
            }
            else if (kind == ScreenKind.Updating)
            {
                period = SlowMs;
            }
            else if (kind == ScreenKind.Idle)
            {
                colour = online ? 0 : Yellow;
                period = online ? 0 : SlowMs;
            }
        }

        if (period > 0 && (nowMs / period) % 2 == 1)
        {
            colour = 0;
        }

        if (colour != _shown)
        {
            _shown = colour;
            _led?.Show(colour);
        }
    }

    private static int Colour(ScreenKind kind)
    {
        return kind switch
        {
            ScreenKind.Look => White,
            ScreenKind.Thanks => Green,
            ScreenKind.Repeat => Green,
            ScreenKind.Held => Green,
            ScreenKind.Offline => Yellow,
            ScreenKind.CardPlease => Blue,
            ScreenKind.Ambiguous => Blue,
            ScreenKind.Hint => Blue,
            ScreenKind.Updating => Violet,
            ScreenKind.Unknown => Red,
            ScreenKind.Spoof => Red,
            ScreenKind.Full => Red,
            ScreenKind.Fault => Red,
            _ => 0,
        };
    }
}
