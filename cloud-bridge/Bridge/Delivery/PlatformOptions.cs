using Devices.Bridge.Delivery.DingTalk;

namespace Devices.Bridge.Delivery;

/// <summary>Where punches go and how carefully: <c>Bridge:Platform:*</c>. The DingTalk keys are read from the same section.</summary>
public sealed record PlatformOptions
{
    /// <summary><c>dingtalk</c>, or <c>none</c>: punches stay in the bridge.</summary>
    public string Kind { get; init; } = "none";

    /// <summary>Metered calls the organisation may make in a month; 5,000 on DingTalk's standard edition since 2025-11-19.</summary>
    public int MonthlyCalls { get; init; } = 5000;

    /// <summary>Calls of the month kept for uploads: below so many left, nothing is spent on proving delivered punches.</summary>
    public int KeptForUploads { get; init; } = 500;

    /// <summary>Calls under way at once.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Seconds between looks at the outbox.</summary>
    public double PollSeconds { get; init; } = 0.5;

    /// <summary>First wait before a punch is tried again; it quadruples up to <see cref="RetryMaxSeconds"/>, with jitter.</summary>
    public double RetrySeconds { get; init; } = 2;

    /// <summary>Longest wait before a punch is tried again.</summary>
    public double RetryMaxSeconds { get; init; } = 900;

    /// <summary>Seconds before the platform is asked whether it has an ambiguous punch: its list may lag.</summary>
    public double SettleSeconds { get; init; } = 30;

    /// <summary>Lookups without a trace before an ambiguous punch is sent again.</summary>
    public int SettleLookups { get; init; } = 2;

    /// <summary>Seconds after which delivery, stopped by a configuration error, tries one punch.</summary>
    public double ConfigurationRetrySeconds { get; init; } = 300;

    /// <summary>Minutes between verification passes over delivered punches; 0 switches them off.</summary>
    public double VerifyMinutes { get; init; } = 60;

    /// <summary>Minutes a delivered punch is left alone before the record list is asked for it.</summary>
    public double VerifyAfterMinutes { get; init; } = 10;

    /// <summary>Passes without a trace before a delivered punch becomes a dead letter ("not recorded").</summary>
    public int VerifyLookups { get; init; } = 4;

    /// <summary>Whether there is a platform.</summary>
    public bool Enabled => Kind != "none";

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check(DingTalkOptions dingTalk)
    {
        ArgumentNullException.ThrowIfNull(dingTalk);
        if (Kind is not ("none" or "dingtalk")) return $"Bridge:Platform:Kind '{Kind}' is not known: use dingtalk or none.";
        if (MonthlyCalls < 0) return "Bridge:Platform:MonthlyCalls must be 0 or more.";
        if (KeptForUploads < 0) return "Bridge:Platform:KeptForUploads must be 0 or more.";
        if (Workers is < 1 or > 64) return "Bridge:Platform:Workers must be from 1 to 64.";
        if (PollSeconds is not (>= 0.01 and <= 60)) return "Bridge:Platform:PollSeconds must be from 0.01 to 60.";
        if (RetrySeconds is not (>= 0.01 and <= 3600)) return "Bridge:Platform:RetrySeconds must be from 0.01 to 3600.";
        if (!(RetryMaxSeconds >= RetrySeconds && RetryMaxSeconds <= 86_400)) return "Bridge:Platform:RetryMaxSeconds must be from RetrySeconds to 86400.";
        if (SettleSeconds is not (>= 0 and <= 3600)) return "Bridge:Platform:SettleSeconds must be from 0 to 3600.";
        if (SettleLookups is < 1 or > 10) return "Bridge:Platform:SettleLookups must be from 1 to 10.";
        if (ConfigurationRetrySeconds is not (>= 0.1 and <= 86_400)) return "Bridge:Platform:ConfigurationRetrySeconds must be from 0.1 to 86400.";
        if (VerifyMinutes is not (>= 0 and <= 10_080)) return "Bridge:Platform:VerifyMinutes must be from 0 to 10080.";
        if (VerifyAfterMinutes is not (>= 0 and <= 10_080)) return "Bridge:Platform:VerifyAfterMinutes must be from 0 to 10080.";
        if (VerifyLookups is < 1 or > 100) return "Bridge:Platform:VerifyLookups must be from 1 to 100.";
        return Kind == "dingtalk" ? dingTalk.Check() : null;
    }
}
