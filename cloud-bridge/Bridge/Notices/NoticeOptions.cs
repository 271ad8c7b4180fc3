using Devices.Bridge.Delivery;

namespace Devices.Bridge.Notices;

/// <summary>Work notifications to guardians and managers: <c>Bridge:Notices:*</c>. All of it is off by default.</summary>
public sealed record NoticeOptions
{
    /// <summary>The app's <c>agent_id</c>; 0 for no notices.</summary>
    public long AgentId { get; init; }

    /// <summary>Whether guardians are told that somebody arrived or left; each needs a recorded consent besides.</summary>
    public bool Guardians { get; init; }

    /// <summary>A punch that reaches the bridge later than so many minutes after it was made is told to no guardian any more.</summary>
    public int GuardianMinutes { get; init; } = 720;

    /// <summary>Minutes after the start of the shift at which managers are told who is missing; 0 never.</summary>
    public int MissingMinutes { get; init; }

    /// <summary>Which managers are told about which department.</summary>
    public IList<ManagerOptions> Managers { get; init; } = [];

    /// <summary>Words: <c>zh-Hans</c> or <c>en</c>.</summary>
    public string Language { get; init; } = "zh-Hans";

    /// <summary>Seconds between looks.</summary>
    public double PollSeconds { get; init; } = 2;

    /// <summary>Seconds before the platform is asked who got a notice, and between such questions at first.</summary>
    public double CheckSeconds { get; init; } = 60;

    /// <summary>First wait before an attempt without an answer is repeated; it quadruples up to 15 minutes.</summary>
    public double RetrySeconds { get; init; } = 5;

    /// <summary>Recipients a minute at most; DingTalk takes 5,000.</summary>
    public int RecipientsPerMinute { get; init; } = 5000;

    /// <summary>Notices a person and day at most; DingTalk delivers 500 and drops the rest silently.</summary>
    public int PerPersonAndDay { get; init; } = 500;

    /// <summary>Days a notice that is done is kept: it names people and times.</summary>
    public int KeepDays { get; init; } = 30;

    public bool Enabled => AgentId > 0;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check(PlatformOptions platform, SiteOptions site)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(site);
        if (AgentId < 0) return "Bridge:Notices:AgentId must be the app's agent_id, or 0 for no notices.";
        if (!Enabled) return Guardians || MissingMinutes != 0 ? "Bridge:Notices:AgentId is missing: give the app's agent_id, which work notifications are sent by." : null;
        if (platform.Kind != "dingtalk") return "Bridge:Notices:AgentId is set without a platform: work notifications need Bridge:Platform:Kind=dingtalk.";
        if (GuardianMinutes is < 1 or > 10_080) return "Bridge:Notices:GuardianMinutes must be from 1 to 10080.";
        if (MissingMinutes is < 0 or > 720) return "Bridge:Notices:MissingMinutes must be from 0 to 720.";
        if (MissingMinutes > 0 && string.IsNullOrWhiteSpace(site.Shift)) return "Bridge:Notices:MissingMinutes needs Bridge:Site:Shift: without a shift nobody is missing.";
        if (MissingMinutes > 0 && Managers.Count == 0) return "Bridge:Notices:MissingMinutes is set, but Bridge:Notices:Managers names nobody to tell.";
        foreach (ManagerOptions manager in Managers)
        {
            if (manager.Department < 0) return "Bridge:Notices:Managers: a Department is the platform's number, or 0 for everybody.";
            if (manager.List.Count is 0 or > 100) return $"Bridge:Notices:Managers: Recipients of department {manager.Department} must be 1 to 100 userids by commas.";
        }

        if (Managers.GroupBy(m => m.Department).FirstOrDefault(g => g.Count() > 1) is { } twice) return $"Bridge:Notices:Managers names department {twice.Key} twice: put its recipients into one entry.";
        if (PollSeconds is not (>= 0.01 and <= 3600)) return "Bridge:Notices:PollSeconds must be from 0.01 to 3600.";
        if (CheckSeconds is not (>= 0 and <= 3600)) return "Bridge:Notices:CheckSeconds must be from 0 to 3600.";
        if (RetrySeconds is not (>= 0.01 and <= 900)) return "Bridge:Notices:RetrySeconds must be from 0.01 to 900.";
        if (RecipientsPerMinute is < 100 or > 5000) return "Bridge:Notices:RecipientsPerMinute must be from 100 to 5000.";
        if (PerPersonAndDay is < 1 or > 500) return "Bridge:Notices:PerPersonAndDay must be from 1 to 500.";
        if (KeepDays is < 1 or > 3650) return "Bridge:Notices:KeepDays must be from 1 to 3650.";
        return Language is "zh-Hans" or "en" ? null : $"Bridge:Notices:Language is '{Language}': use zh-Hans or en.";
    }
}

/// <summary>Who is told about a department.</summary>
public sealed record ManagerOptions
{
    /// <summary>The platform's department number; its sub-departments belong to it. 0 is everybody.</summary>
    public long Department { get; init; }

    /// <summary>Userids, by commas.</summary>
    public string Recipients { get; init; } = "";

    internal IReadOnlyList<string> List => Recipients.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
