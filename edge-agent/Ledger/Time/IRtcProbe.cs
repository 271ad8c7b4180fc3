namespace Devices.Edge.Ledger.Time;

/// <summary>Asks the board's battery-backed clock.</summary>
public interface IRtcProbe
{
    /// <summary>The RTC's time in ms since the Unix epoch; null where the board has none or it is not valid.</summary>
    long? ReadMs();
}
