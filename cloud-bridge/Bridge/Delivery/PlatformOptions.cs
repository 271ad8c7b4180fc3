using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Planning;

namespace Devices.Bridge.Delivery;

/// <summary>Where punches go and how carefully: <c>Bridge:Platform:*</c>. The DingTalk keys are read from the same section.</summary>
public sealed record PlatformOptions : LaneOptions
{
    public PlatformOptions() => Workers = 4;

    /// <summary><c>dingtalk</c>, or <c>none</c>: punches stay in the bridge.</summary>
    public string Kind { get; init; } = "none";

    /// <summary>Metered calls the organisation may make in a month; 5,000 on DingTalk's standard edition since 2025-11-19.</summary>
    public int MonthlyCalls { get; init; } = 5000;

    /// <summary>Calls of the month kept for uploads: below so many left, nothing is spent on proving delivered punches.</summary>
    public int KeptForUploads { get; init; } = 500;

    /// <summary>Calls of the month that uploads leave for questions about punches in doubt and for reconciliation; null: a twentieth of the month's.</summary>
    public int? KeptForProofs { get; init; }

    /// <summary>Which punches calls are spent on: <c>all</c>, <c>first-last</c> or <c>shift-windows</c>.</summary>
    public string Policy { get; init; } = "all";

    /// <summary>Minutes after the shift's end, without a later punch, until the last one counts as the last-out.</summary>
    public double LastOutMinutes { get; init; } = 60;

    /// <summary>For <c>shift-windows</c>: minutes before and after the shift that still belong to it.</summary>
    public double WindowMinutes { get; init; } = 120;

    /// <summary>Seconds between looks at what waits for budget or for the day's end.</summary>
    public double PlanSeconds { get; init; } = 15;

    /// <summary>Hour of the site's day from which the platform's records are compared with ours, once a day; -1 never.</summary>
    public int ReconcileHour { get; init; } = 3;

    /// <summary>Days that each comparison covers.</summary>
    public int ReconcileDays { get; init; } = 7;

    /// <summary>Most metered calls of one comparison; it goes on where it was the next night.</summary>
    public int ReconcileCalls { get; init; } = 40;

    /// <summary>Whether punches that the platform said yes to and does not have in two comparisons are sent again; else they are only listed.</summary>
    public bool ReconcileRepair { get; init; } = true;

    /// <summary>Seconds before the platform is asked whether it has an ambiguous punch: its list may lag.</summary>
    public double SettleSeconds { get; init; } = 30;

    /// <summary>Lookups without a trace before an ambiguous punch is sent again.</summary>
    public int SettleLookups { get; init; } = 2;

    /// <summary>Minutes between verification passes over delivered punches; 0 switches them off.</summary>
    public double VerifyMinutes { get; init; } = 60;

    /// <summary>Minutes a delivered punch is left alone before the record list is asked for it.</summary>
    public double VerifyAfterMinutes { get; init; } = 10;

    /// <summary>Passes without a trace before a delivered punch becomes a dead letter ("not recorded").</summary>
    public int VerifyLookups { get; init; } = 4;

    internal SendPolicy Sends => Policy switch { "first-last" => SendPolicy.FirstLast, "shift-windows" => SendPolicy.ShiftWindows, _ => SendPolicy.All };

    /// <summary>Calls that uploads leave.</summary>
    internal int Reserve => KeptForProofs ?? MonthlyCalls / 20;

    /// <summary>Whether there is a platform.</summary>
    public bool Enabled => Kind != "none";

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check(DingTalkOptions dingTalk)
    {
        ArgumentNullException.ThrowIfNull(dingTalk);
        if (Kind is not ("none" or "dingtalk")) return $"Bridge:Platform:Kind '{Kind}' is not known: use dingtalk or none.";
        if (MonthlyCalls < 0) return "Bridge:Platform:MonthlyCalls must be 0 or more.";
        if (KeptForUploads < 0) return "Bridge:Platform:KeptForUploads must be 0 or more.";
        if (KeptForProofs is < 0 || KeptForProofs > MonthlyCalls) return "Bridge:Platform:KeptForProofs must be from 0 to MonthlyCalls.";
        if (Policy is not ("all" or "first-last" or "shift-windows")) return $"Bridge:Platform:Policy '{Policy}' is not known: use all, first-last or shift-windows.";
        if (LastOutMinutes is not (>= 0 and <= 720)) return "Bridge:Platform:LastOutMinutes must be from 0 to 720.";
        if (WindowMinutes is not (>= 0 and <= 720)) return "Bridge:Platform:WindowMinutes must be from 0 to 720.";
        if (PlanSeconds is not (>= 0.01 and <= 3600)) return "Bridge:Platform:PlanSeconds must be from 0.01 to 3600.";
        if (ReconcileHour is < -1 or > 23) return "Bridge:Platform:ReconcileHour must be from 0 to 23, or -1 for never.";
        if (ReconcileDays is < 1 or > 30) return "Bridge:Platform:ReconcileDays must be from 1 to 30.";
        if (ReconcileCalls is < 1 or > 100_000) return "Bridge:Platform:ReconcileCalls must be from 1 to 100000.";
        if (CheckLane("Bridge:Platform") is { } lane) return lane;
        if (SettleSeconds is not (>= 0 and <= 3600)) return "Bridge:Platform:SettleSeconds must be from 0 to 3600.";
        if (SettleLookups is < 1 or > 10) return "Bridge:Platform:SettleLookups must be from 1 to 10.";
        if (VerifyMinutes is not (>= 0 and <= 10_080)) return "Bridge:Platform:VerifyMinutes must be from 0 to 10080.";
        if (VerifyAfterMinutes is not (>= 0 and <= 10_080)) return "Bridge:Platform:VerifyAfterMinutes must be from 0 to 10080.";
        if (VerifyLookups is < 1 or > 100) return "Bridge:Platform:VerifyLookups must be from 1 to 100.";
        return Kind == "dingtalk" ? dingTalk.Check() : null;
    }
}
