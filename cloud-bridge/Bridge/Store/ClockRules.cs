namespace Devices.Bridge.Store;

/// <summary>Settings below <c>Bridge:Ingest</c>: which times of punches HR must look at before they are sent. A wrong time is a wrong wage.</summary>
public sealed record ClockRules
{
    /// <summary>A punch may lie so many minutes after the bridge's own time when it arrives.</summary>
    public int ClockAheadMinutes { get; set; } = 5;

    /// <summary>A punch may lie so many minutes before an earlier one of its ledger.</summary>
    public int ClockBackMinutes { get; set; } = 15;

    /// <summary>The same for cards and PINs, which the terminal's controller keeps while the board is away and hands over late.</summary>
    public int ClockBackEntryMinutes { get; set; } = 1_440;

    /// <summary>A punch may be so many days old when it arrives (a terminal that was offline); 0 takes any age.</summary>
    public int ClockOldDays { get; set; } = 60;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        ClockAheadMinutes is < 1 or > 1_440 ? $"Bridge:Ingest:ClockAheadMinutes is {ClockAheadMinutes}: give 1 to 1440 minutes."
        : ClockBackMinutes is < 1 or > 10_080 ? $"Bridge:Ingest:ClockBackMinutes is {ClockBackMinutes}: give 1 to 10080 minutes."
        : ClockBackEntryMinutes < ClockBackMinutes || ClockBackEntryMinutes > 43_200 ? $"Bridge:Ingest:ClockBackEntryMinutes is {ClockBackEntryMinutes}: give {ClockBackMinutes} to 43200 minutes."
        : ClockOldDays is < 0 or > 3_650 ? $"Bridge:Ingest:ClockOldDays is {ClockOldDays}: give 1 to 3650 days, or 0 for any age."
        : null;
}
