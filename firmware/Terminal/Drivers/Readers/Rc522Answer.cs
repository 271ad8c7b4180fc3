namespace Devices.Terminal.Drivers.Readers;

/// <summary>How an exchange with a card ended.</summary>
internal enum Rc522Answer
{
    Pending = 0,
    Data = 1,
    Silence = 2,
    Collision = 3,
    Broken = 4,

    /// <summary>A bit reads as one that always reads as zero: no chip drives the line.</summary>
    Absent = 5,
}
