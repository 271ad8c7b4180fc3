namespace Devices.Terminal.Parts;

/// <summary>A watchdog chip of its own that resets the MCU when it is no longer kicked.</summary>
public interface IWatchdogChip
{
    /// <summary>To be called only when every watched thread has come round; the driver thins the calls out.</summary>
    void Kick(long nowMs);
}
