namespace Devices.Terminal.Drivers.Bus;

/// <summary>A pin with pulse-width modulation.</summary>
public interface IPwmOut
{
    /// <summary>Frequency in Hz and duty in thousandths; duty 0 is a steady low.</summary>
    void Set(int hertz, int permille);
}
