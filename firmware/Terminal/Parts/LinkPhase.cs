namespace Devices.Terminal.Parts;

/// <summary>Where a connection is.</summary>
public enum LinkPhase
{
    Closed = 0,
    Connecting = 1,
    Open = 2,
    Failed = 3,
}
