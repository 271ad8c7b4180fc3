using System.Globalization;
using NodaTime;

namespace Devices.Edge.Agent.Hosting;

/// <summary>The site's wall time, for people to read; never for arithmetic.</summary>
public sealed class SiteClock(Func<DateTimeZone> zone)
{
    public SiteClock(DateTimeZone zone) : this(() => zone)
    {
    }

    /// <summary><c>HH:mm</c> at the site.</summary>
    public string Minutes(long epochMs) => At(epochMs).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary><c>HH:mm:ss</c> at the site.</summary>
    public string Seconds(long epochMs) => At(epochMs).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Offset from UTC at that moment, minutes.</summary>
    public int OffsetMinutes(long epochMs) => zone().GetUtcOffset(Instant.FromUnixTimeMilliseconds(epochMs)).Seconds / 60;

    private LocalTime At(long epochMs) => Instant.FromUnixTimeMilliseconds(epochMs).InZone(zone()).TimeOfDay;
}
