namespace Devices.Link;

/// <summary>What the screen shows; the board asks for one with <c>show</c>, and the MCU shows some by itself.</summary>
public enum ScreenKind
{
    Idle = 0,
    Look = 1,
    Thanks = 2,
    Repeat = 3,
    Unknown = 4,
    Spoof = 5,
    CardPlease = 6,
    Ambiguous = 7,
    Hint = 8,
    Offline = 9,
    Full = 10,
    Fault = 11,
    Held = 12,

    /// <summary>The MCU or the board is being updated; the card reader still takes punches.</summary>
    Updating = 13,
}
