namespace Devices.Standins.DingTalk;

/// <summary>
/// The body of <c>POST /_standin/faults</c>. With <c>count</c> it hits the next N matching calls; with
/// <c>probability</c> each matching call by the seeded dice; with neither, every matching call until removed.
/// </summary>
public sealed record FaultRequest
{
    /// <summary>What to do.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>The path without its leading slash, as <c>topapi/attendance/record/upload</c>; null hits every API.</summary>
    public string? Api { get; init; }

    /// <summary>Next N matching calls.</summary>
    public int? Count { get; init; }

    /// <summary>Matching calls let through before the first.</summary>
    public int Skip { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>Seed of the dice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>For <c>delay</c>, ms.</summary>
    public int DelayMs { get; init; }

    /// <summary>For <c>clock-shift</c>, ms; negative is slow.</summary>
    public long ShiftMs { get; init; }

    /// <summary>For <c>http-error</c>, and for <c>errcode</c> on the new API.</summary>
    public int? Status { get; init; }

    /// <summary>For <c>errcode</c> on the old API.</summary>
    public int? Errcode { get; init; }

    /// <summary>For <c>errcode</c> on the new API.</summary>
    public string? Code { get; init; }

    /// <summary>For <c>errcode</c>: the text.</summary>
    public string? Message { get; init; }

    /// <summary>For <c>errcode</c>: as 88 with a sub_code.</summary>
    public bool Wrapped { get; init; }

    /// <summary>For <c>ip-ban</c>: the JSON form.</summary>
    public bool Json { get; init; }

    /// <summary>For <c>delay</c> and <c>http-error</c>: the call is handled first.</summary>
    public bool AfterRecording { get; init; }

    /// <summary>Whether it is about events and not about calls.</summary>
    internal static bool ConcernsEvents(FaultKind kind) => kind is FaultKind.LostAck or FaultKind.DuplicateFrame or FaultKind.DisconnectMid
        or FaultKind.OutOfOrder or FaultKind.BadSignature or FaultKind.ExpiredTimestamp or FaultKind.WrongOwner;

    internal void Validate()
    {
        Require(Skip >= 0, "skip must be 0 or more");
        Require(Count is null or > 0, "count must be 1 or more");
        Require(Probability is null or (>= 0 and <= 1), "probability must be from 0 to 1");
        Require(Count is null || Probability is null, "give count or probability, not both");
        Require(Kind != FaultKind.Delay || DelayMs > 0, "delay needs delay_ms of 1 or more");
        Require(Kind != FaultKind.ClockShift || ShiftMs != 0, "clock-shift needs shift_ms other than 0");
        Require(Kind != FaultKind.ClockShift || (Count is null && Probability is null && Api is null), "clock-shift lasts until removed and concerns every API, so it takes no count, probability or api");
        Require(Kind != FaultKind.HttpError || Status is >= 400 and <= 599, "http-error needs a status from 400 to 599");
        Require(Kind != FaultKind.Errcode || Errcode is not null || Code is not null, "errcode needs an errcode (old API) or a code (new API)");
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new BadInputException($"Unusable fault: {sentence}.");
        }
    }
}
