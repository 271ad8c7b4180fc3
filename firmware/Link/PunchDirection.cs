namespace Devices.Link;

/// <summary>Which key was pressed before the card, if any. <c>none</c> is a full value: such a punch is stored like any other.</summary>
public enum PunchDirection
{
    None = 0,
    In = 1,
    Out = 2,
}
