namespace Devices.Terminal.Parts;

/// <summary>What is wrong with a part.</summary>
public enum PartFaultKind
{
    None = 0,

    /// <summary>Nothing answers at its address or on its line.</summary>
    NotAnswering = 1,

    /// <summary>A bus line is held, and the attempts to free it have failed.</summary>
    BusStuck = 2,

    /// <summary>Something answers, but it is not the chip the firmware knows.</summary>
    WrongChip = 3,

    /// <summary>What the chip says breaks its own rules (check sum, range, reserved bits).</summary>
    BadData = 4,

    /// <summary>The chip did not finish in the time its datasheet gives.</summary>
    TimeOut = 5,

    /// <summary>A contact or key has not moved for so long that it has to be stuck.</summary>
    Stuck = 6,

    /// <summary>The chip says of itself that it has lost its data (clock oscillator stopped).</summary>
    LostData = 7,
}
