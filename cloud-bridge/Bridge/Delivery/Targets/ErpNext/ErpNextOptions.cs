using NodaTime;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>ERPNext / Frappe HR: <c>Bridge:ErpNext:*</c>. Without an address there is none.</summary>
public sealed record ErpNextOptions : LaneOptions
{
    /// <summary>The site, as <c>https://hr.example.com</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>File with <c>api_key:api_secret</c> of the API user. Read at each call, so new keys need no restart.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Field of ERPNext's Employee by which a person is found.</summary>
    public string EmployeeField { get; init; } = "attendance_device_id";

    /// <summary>What of ours is looked for in that field: <c>userid</c> or <c>job_number</c>.</summary>
    public string Identify { get; init; } = "userid";

    /// <summary>IANA zone of ERPNext's System Settings: its times carry none. Empty: <c>Bridge:Site:TimeZone</c>.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>Calls a second at most.</summary>
    public int CallsPerSecond { get; init; } = 20;

    /// <summary>Seconds until a call is given up.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>Minutes between looks whether employees that ERPNext did not know are known now; their punches are then sent by themselves.</summary>
    public double UnknownMinutes { get; init; } = 10;

    /// <summary>Seconds after which a call whose answer did not come is surely over at the site (gunicorn's limit there is 120): then the site is asked.</summary>
    public double SettleSeconds { get; init; } = 120;

    /// <inheritdoc/>
    public override double ResumeSeconds => SettleSeconds;

    /// <summary>What it gets of the past: <c>new</c>, <c>all</c>, or a first day.</summary>
    public string From { get; init; } = "new";

    public bool Enabled => !string.IsNullOrWhiteSpace(Url);

    internal Uri Api(string path) => new($"{Url.TrimEnd('/')}/api/{path}");

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (!Enabled) return null;
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) || !(url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) || url.UserInfo.Length > 0 || url.Query.Length > 0)
            return $"Bridge:ErpNext:Url is '{Url}': give the site's address, such as https://hr.example.com.";
        if (string.IsNullOrWhiteSpace(TokenFile)) return "Bridge:ErpNext:TokenFile is missing: give the path of a file with api_key:api_secret of an API user.";
        if (!File.Exists(TokenFile)) return $"Bridge:ErpNext:TokenFile is {TokenFile}, which does not exist.";
        if (EmployeeField.Length == 0 || EmployeeField.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_'))
            return $"Bridge:ErpNext:EmployeeField is '{EmployeeField}': give a field name of Employee, such as attendance_device_id.";
        if (Identify is not ("userid" or "job_number")) return $"Bridge:ErpNext:Identify is '{Identify}': use userid or job_number.";
        if (TimeZone.Length > 0 && DateTimeZoneProviders.Tzdb.GetZoneOrNull(TimeZone) is null)
            return $"Bridge:ErpNext:TimeZone is '{TimeZone}': give the IANA zone of ERPNext's System Settings, such as Asia/Shanghai.";
        if (CallsPerSecond is < 1 or > 1000) return "Bridge:ErpNext:CallsPerSecond must be from 1 to 1000.";
        if (TimeoutSeconds is not (>= 0.1 and <= 300)) return "Bridge:ErpNext:TimeoutSeconds must be from 0.1 to 300.";
        if (SettleSeconds is not (>= 0 and <= 3600)) return "Bridge:ErpNext:SettleSeconds must be from 0 to 3600.";
        if (UnknownMinutes is not (> 0 and <= 1440)) return "Bridge:ErpNext:UnknownMinutes must be above 0 and at most 1440.";
        return CheckLane("Bridge:ErpNext");
    }
}
