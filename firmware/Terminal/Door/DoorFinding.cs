namespace Devices.Terminal.Door;

/// <summary>What the door's contact tells.</summary>
public enum DoorFinding
{
    None = 0,

    /// <summary>It was opened while nobody had released it.</summary>
    Forced = 1,

    /// <summary>It stands open too long; told once, and again every ten minutes.</summary>
    Held = 2,

    /// <summary>It was shut after one of these.</summary>
    Shut = 3,
}
