namespace Devices.Standins.DingTalk;

/// <summary>What a fault does to a call.</summary>
public enum FaultKind
{
    /// <summary>Waits <c>delay_ms</c> before the call is handled, or after with <c>after_recording</c>.</summary>
    Delay,

    /// <summary>Closes the connection; nothing was recorded.</summary>
    CloseBeforeRecording,

    /// <summary>Handles the call, then closes the connection without an answer: the ambiguous upload.</summary>
    CloseAfterRecording,

    /// <summary>Answers HTTP <c>status</c> (500, 502, 503, …), before handling or after with <c>after_recording</c>.</summary>
    HttpError,

    /// <summary>The egress-IP ban: an HTML page, or the short JSON with <c>"json": true</c>.</summary>
    IpBan,

    /// <summary>Answers <c>errcode</c>, wrapped as 88 with <c>"wrapped": true</c>; new API: HTTP <c>status</c> and <c>code</c>.</summary>
    Errcode,

    /// <summary>Ends the validity of all tokens just before the call is judged.</summary>
    ExpiredToken,

    /// <summary>Throttled as if the app's per-second limit was reached.</summary>
    Throttle,

    /// <summary>The permission point is not granted: 88/60011, or 403 AccessTokenPermissionDenied.</summary>
    NoPermission,

    /// <summary>The caller's address is not in the app's list: 60020, or 403 IpNotInWhiteList.</summary>
    IpNotAllowed,

    /// <summary>The month's metered calls are gone: 90020, or 403 ApiCountLimitForOrg. Metered calls only.</summary>
    MonthExhausted,

    /// <summary>The cloud's clock is off by <c>shift_ms</c> while the fault is there.</summary>
    ClockShift,
}

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

    internal void Validate()
    {
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

/// <summary>A fault that is in force, with what it did so far.</summary>
internal sealed record Fault(int Id, FaultRequest Request)
{
    private readonly Random _dice = new(Request.Seed);

    public long Fired { get; private set; }

    public int? Left { get; private set; } = Request.Count;

    public bool Matches(string api) =>
        Request.Kind != FaultKind.ClockShift
        && (Request.Api is null || string.Equals(Request.Api.TrimStart('/'), api, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it hits this matching call; a dice is thrown for each.</summary>
    public bool Take()
    {
        if (Left == 0 || (Request.Probability is { } chance && Chance() >= chance))
        {
            return false;
        }

        Left--;
        Fired++;
        return true;
    }

#pragma warning disable CA5394 // Test dice: they must repeat, not be unpredictable.
    private double Chance() => _dice.NextDouble();
#pragma warning restore CA5394
}
