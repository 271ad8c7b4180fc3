using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>Remembers the light's colour.</summary>
public sealed class HostLed : IRgbLed
{
    private int _rgb;

    public int Rgb => Volatile.Read(ref _rgb);

    public void Show(int rgb) => Volatile.Write(ref _rgb, rgb);
}
