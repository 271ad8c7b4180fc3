namespace Devices.Bridge.Alerts;

/// <summary>Where operators are told: <c>Bridge:Alerts:*</c>. Without a token file nobody is, and the pages stay the only place.</summary>
public sealed record AlertOptions
{
    /// <summary>The host of DingTalk's group robots.</summary>
    public string RobotUrl { get; init; } = "https://oapi.dingtalk.com";

    /// <summary>File with the robot's <c>access_token</c>, the last part of the address that DingTalk shows.</summary>
    public string? RobotTokenFile { get; init; }

    /// <summary>File with the robot's signing secret (<c>SEC…</c>); required, since a token alone may be used by whoever reads it.</summary>
    public string? RobotSecretFile { get; init; }

    /// <summary>Site hours in which only urgent alerts are told, as <c>22:00-07:00</c>; empty for none.</summary>
    public string QuietHours { get; init; } = "22:00-07:00";

    /// <summary>Hours after which something that still lasts is told again.</summary>
    public double RepeatHours { get; init; } = 12;

    /// <summary>Minutes a terminal may be offline before it is told.</summary>
    public double OfflineMinutes { get; init; } = 15;

    /// <summary>Days before the end of a certificate from which it is told; certificates renew themselves long before.</summary>
    public int CertificateDays { get; init; } = 30;

    /// <summary>Messages a month, all of which count to the organisation's quota (3,000 on the standard edition); beyond it only urgent ones.</summary>
    public int MonthlyMessages { get; init; } = 600;

    /// <summary>Site times, by commas, at which the day's sign-in statistics are told, as <c>09:30,18:30</c>; empty for none.</summary>
    public string DailyAt { get; init; } = "";

    /// <summary>Seconds between looks; one message at most comes of each, so five and more keep the robot's 20 a minute, over restarts too.</summary>
    public double EverySeconds { get; init; } = 15;

    /// <summary>Words of the message: <c>zh-Hans</c> or <c>en</c>. Sentences are those of the pages' exception list.</summary>
    public string Language { get; init; } = "zh-Hans";

    public bool Enabled => !string.IsNullOrWhiteSpace(RobotTokenFile);

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (!Enabled) return null;
        if (!Uri.TryCreate(RobotUrl, UriKind.Absolute, out Uri? url) || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
            return $"Bridge:Alerts:RobotUrl is '{RobotUrl}': give an https address.";
        if (string.IsNullOrWhiteSpace(RobotSecretFile)) return "Bridge:Alerts:RobotSecretFile is missing: choose 'sign' as the robot's security and put its secret in a file.";
        foreach (var (key, file) in (ReadOnlySpan<(string, string)>)[("RobotTokenFile", RobotTokenFile!), ("RobotSecretFile", RobotSecretFile)])
            if (!File.Exists(file)) return $"Bridge:Alerts:{key} is {file}, which does not exist.";
        if (QuietHours.Length > 0 && !Alerts.QuietHours.TryParse(QuietHours, out _)) return $"Bridge:Alerts:QuietHours is '{QuietHours}': give two times such as 22:00-07:00, or nothing.";
        if (RepeatHours is not (>= 0.1 and <= 720)) return "Bridge:Alerts:RepeatHours must be from 0.1 to 720.";
        if (OfflineMinutes is not (>= 1 and <= 10_080)) return "Bridge:Alerts:OfflineMinutes must be from 1 to 10080.";
        if (CertificateDays is < 1 or > 365) return "Bridge:Alerts:CertificateDays must be from 1 to 365.";
        if (MonthlyMessages < 0) return "Bridge:Alerts:MonthlyMessages must be 0 or more.";
        if (EverySeconds is not (>= 5 and <= 3600)) return "Bridge:Alerts:EverySeconds must be from 5 to 3600: a robot may send 20 messages a minute and is blocked for ten minutes beyond that.";
        if (DailyStatistics.Times(DailyAt) is null) return $"Bridge:Alerts:DailyAt is '{DailyAt}': give times such as 09:30 or 09:30,18:30, or nothing.";
        return Language is "zh-Hans" or "en" ? null : $"Bridge:Alerts:Language is '{Language}': use zh-Hans or en.";
    }
}
