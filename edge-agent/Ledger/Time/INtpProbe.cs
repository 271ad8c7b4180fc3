namespace Devices.Edge.Ledger.Time;

/// <summary>Asks whether the kernel's clock is disciplined.</summary>
public interface INtpProbe
{
    NtpReading Read();
}

/// <summary>What the kernel says about its clock.</summary>
/// <param name="Synchronised">Whether an NTP daemon keeps it.</param>
/// <param name="UncertaintyMs">The kernel's own bound on its error, in milliseconds.</param>
public readonly record struct NtpReading(bool Synchronised, long UncertaintyMs)
{
    public static NtpReading No => new(false, -1);
}
