namespace Devices.Terminal.Parts;

/// <summary>A light of three colours.</summary>
public interface IRgbLed
{
    /// <summary>Sets the colour, 0x00RRGGBB; 0 is dark. Blinking is the caller's business.</summary>
    void Show(int rgb);
}
