using System.Globalization;

namespace Devices.Bridge.Wifi;

/// <summary>What becomes of routers' reports: <c>Bridge:Wifi:*</c>. Whether a site uses them at all is a policy in the store, not a setting.</summary>
public sealed record WifiOptions
{
    /// <summary>Days for which reports are kept.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary>When a day begins at the site: whoever goes at 01:00 went on the day before.</summary>
    public string DayBegins { get; init; } = "04:00";

    /// <summary>Version of the wording of the consent, offered on the page.</summary>
    public string TextVersion { get; init; } = "";

    /// <summary>Minutes after midnight.</summary>
    internal int DayBeginsMinutes => TimeOnly.TryParseExact(DayBegins, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time) ? (time.Hour * 60) + time.Minute : -1;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check() => KeepDays is < 2 or > 400 ? $"Bridge:Wifi:KeepDays is {KeepDays}: give 2 to 400 days."
        : DayBeginsMinutes is < 0 or > 720 ? $"Bridge:Wifi:DayBegins is '{DayBegins}': give a time from 00:00 to 12:00."
        : TextVersion.Length > 64 ? "Bridge:Wifi:TextVersion has at most 64 characters." : null;
}
