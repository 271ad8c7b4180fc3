namespace Devices.Terminal.Cards;

/// <summary>What the decoder has after a silence.</summary>
public enum WiegandResult
{
    None = 0,
    Card = 1,
    Damaged = 2,
}
