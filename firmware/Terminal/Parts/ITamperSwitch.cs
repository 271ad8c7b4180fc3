namespace Devices.Terminal.Parts;

/// <summary>The switch behind the case.</summary>
public interface ITamperSwitch
{
    /// <summary>Whether the case is open.</summary>
    bool IsOpen(long nowMs);
}
