namespace Devices.Link;

/// <summary>What happened at the door or the case.</summary>
public enum EventKind
{
    DoorForced = 0,
    DoorHeld = 1,
    Tamper = 2,
    ExitButton = 3,
    Fault = 4,
}
