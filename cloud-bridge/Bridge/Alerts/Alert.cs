namespace Devices.Bridge.Alerts;

/// <summary>Something an operator should know now.</summary>
/// <param name="Cause">What makes two the same: while it lasts, it is told once, and again after the repeat time.</param>
/// <param name="Text">One sentence, without personal data.</param>
/// <param name="Momentary">It happened and is not "over" later (a tamper switch), so its end is not told.</param>
public sealed record Alert(string Cause, AlertRank Rank, string Text, bool Momentary = false);

/// <summary>Whether it may wake somebody.</summary>
public enum AlertRank
{
    /// <summary>Waits for the end of the quiet hours.</summary>
    Normal,

    /// <summary>Told at once, day and night: punches may be in danger, or somebody is at the hardware.</summary>
    Urgent,
}
