namespace Devices.Bridge.Ingest;

/// <summary>Settings below <c>Bridge:Ingest</c>: when the bridge tells terminals to slow down.</summary>
public sealed record PressureOptions
{
    /// <summary>A commit that takes longer than this makes the bridge ask for pauses.</summary>
    public int SlowAfterMs { get; set; } = 1_000;

    /// <summary>Messages that may wait for the store at a time; more are refused at once and sent again later.</summary>
    public int MaxWaiting { get; set; } = 512;

    /// <summary>
    /// How long a message may wait for the store before it is answered "send again later". Shorter than the terminals' own patience
    /// (15 s), so that a slow store costs them a pause and not the connection.
    /// </summary>
    public int AnswerWithinMs { get; set; } = 10_000;

    /// <summary>Longest pause asked of a terminal.</summary>
    public int MaxPauseSeconds { get; set; } = 60;

    public TimeSpan SlowAfter => TimeSpan.FromMilliseconds(SlowAfterMs);

    public TimeSpan AnswerWithin => TimeSpan.FromMilliseconds(AnswerWithinMs);

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        SlowAfterMs is < 10 or > 60_000 ? $"Bridge:Ingest:SlowAfterMs is {SlowAfterMs}: give 10 to 60000 milliseconds."
        : MaxWaiting is < 1 or > 4_000 ? $"Bridge:Ingest:MaxWaiting is {MaxWaiting}: give 1 to 4000 messages."
        : AnswerWithinMs is < 100 or > 14_000 ? $"Bridge:Ingest:AnswerWithinMs is {AnswerWithinMs}: give 100 to 14000 milliseconds; terminals wait 15 seconds."
        : MaxPauseSeconds is < 1 or > 600 ? $"Bridge:Ingest:MaxPauseSeconds is {MaxPauseSeconds}: give 1 to 600 seconds."
        : null;
}
