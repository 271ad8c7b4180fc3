namespace Devices.Standins.DingTalk;

/// <summary>Section 9 (g): what a punch does to a day's result whose "not signed" row was generated before it came.</summary>
public enum LateResults
{
    /// <summary>The row is judged anew.</summary>
    Rewritten,

    /// <summary>The punch is in the record list, and the day stays "not signed".</summary>
    Kept,
}
