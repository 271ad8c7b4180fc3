namespace Devices.Terminal.Drivers.Bus;

/// <summary>
/// Frees a bus on which a chip holds SDA because it was reset or disturbed half way through a byte: up to nine clocks until it lets go,
/// then a STOP (NXP UM10204, 3.1.16 "Bus clear"). Bounded: at most nine clocks, whatever the lines do.
/// </summary>
public static class I2cRecovery
{
    public const int MostClocks = 9;

    /// <summary>True when both lines are high afterwards. A held SCL cannot be freed from here: only the chip's power can.</summary>
    public static bool Free(II2cLines lines)
    {
        lines.Take();
        try
        {
            if (!lines.Scl)
            {
                return false;
            }

            for (int i = 0; i < MostClocks && !lines.Sda; i++)
            {
                lines.SetScl(false);
                lines.SetScl(true);
            }

            lines.SetScl(false);
            lines.SetSda(false);
            lines.SetScl(true);
            lines.SetSda(true);
            return lines.Sda && lines.Scl;
        }
        finally
        {
            lines.GiveBack();
        }
    }
}
