using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>The presence sensor and the case switch, set over HTTP.</summary>
public sealed class HostSwitches : IPresenceSensor, ITamperSwitch
{
    private volatile bool _present;
    private volatile bool _open;

    public void SetPresent(bool present) => _present = present;

    public void SetOpen(bool open) => _open = open;

    public bool IsPresent(long nowMs) => _present;

    public bool IsOpen(long nowMs) => _open;
}
