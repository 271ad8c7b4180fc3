using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>The presence sensor and the case switch, set over HTTP.</summary>
public sealed class HostSwitches : IPresenceSensor, ITamperSwitch
{
    private volatile bool _present;
    private volatile bool _open;

    public void SetPresent(bool present) => _present = present;

    public void SetOpen(bool open) => _open = open;

    /// <summary>Both throw at every look, as a driver with a bug would.</summary>
    public bool Throws { get; set; }

    public bool IsPresent(long nowMs) => Throws ? throw new InvalidOperationException("The sensor is broken.") : _present;

    public bool IsOpen(long nowMs) => Throws ? throw new InvalidOperationException("The switch is broken.") : _open;
}
