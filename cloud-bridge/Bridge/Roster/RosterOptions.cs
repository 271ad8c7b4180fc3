using NodaTime.Text;

namespace Devices.Bridge.Roster;

/// <summary>How the roster is kept: <c>Bridge:Roster:*</c>.</summary>
public sealed record RosterOptions
{
    /// <summary>Minutes between full pulls; 0: only at <see cref="DailyAt"/>, at start and after the event stream came back.</summary>
    public double Minutes { get; init; } = 60;

    /// <summary>Local time at the site of the daily full pull. Off the full hour, when everybody calls.</summary>
    public string DailyAt { get; init; } = "03:10";

    /// <summary>Share of the people who may leave within 24 hours before it is held for confirmation.</summary>
    public double MissingShare { get; init; } = 0.2;

    /// <summary>Minutes between two full pulls that only a reconnected stream asks for.</summary>
    public double RestMinutes { get; init; } = 5;

    /// <summary>Seconds until a reading that contradicts its event is made again (the platform may lag), quadrupled once.</summary>
    public double ReadAgainSeconds { get; init; } = 5;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (Minutes is not (0 or (>= 0.01 and <= 1440))) return "Bridge:Roster:Minutes must be 0, or from 0.01 to 1440.";
        if (!LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(DailyAt).Success) return $"Bridge:Roster:DailyAt is '{DailyAt}': give a local time such as 03:10.";
        if (MissingShare is not (>= 0 and <= 1)) return "Bridge:Roster:MissingShare must be from 0 to 1.";
        if (RestMinutes is not (>= 0 and <= 1440)) return "Bridge:Roster:RestMinutes must be from 0 to 1440.";
        if (ReadAgainSeconds is not (>= 0 and <= 3600)) return "Bridge:Roster:ReadAgainSeconds must be from 0 to 3600.";
        return null;
    }
}
