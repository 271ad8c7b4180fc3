namespace Devices.Bridge.Corrections;

/// <summary>Settings below <c>Bridge:Corrections</c>.</summary>
public sealed record CorrectionOptions
{
    /// <summary>Whether a second person must approve each correction; else one who may correct does it at once.</summary>
    public bool SecondApproval { get; set; }

    /// <summary>How many days back a correction may reach.</summary>
    public int DaysBack { get; set; } = 62;

    /// <summary>A person's punches so many seconds apart are one: nothing is added so near to another.</summary>
    public int RepeatSeconds { get; set; } = 60;

    /// <summary><see cref="RepeatSeconds"/> in milliseconds.</summary>
    public long RepeatMs => RepeatSeconds * 1000L;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        DaysBack is < 1 or > 3_650 ? $"Bridge:Corrections:DaysBack is {DaysBack}: give 1 to 3650 days."
        : RepeatSeconds is < 1 or > 3_600 ? $"Bridge:Corrections:RepeatSeconds is {RepeatSeconds}: give 1 to 3600 seconds."
        : null;
}
