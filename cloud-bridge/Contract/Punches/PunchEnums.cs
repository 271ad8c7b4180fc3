using System.Text.Json.Serialization;

namespace Devices.Contract.Punches;

/// <summary>How far a punch's time can be trusted (design section 5). The numbers are part of the canonical bytes: never renumber.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClockQuality>))]
public enum ClockQuality
{
    /// <summary>The wall clock was trusted (NTP, bridge time or a valid RTC).</summary>
    [JsonStringEnumMemberName("synced")] Synced = 1,

    /// <summary>The wall clock was not trusted and no anchor could be found: HR decides.</summary>
    [JsonStringEnumMemberName("held")] Held = 2,

    /// <summary>Computed from the monotonic clock once trust returned in the same boot.</summary>
    [JsonStringEnumMemberName("corrected")] Corrected = 3,
}

/// <summary>How the person was identified. The numbers are part of the canonical bytes: never renumber.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PunchMethod>))]
public enum PunchMethod
{
    [JsonStringEnumMemberName("face")] Face = 1,
    [JsonStringEnumMemberName("card")] Card = 2,
    [JsonStringEnumMemberName("pin")] Pin = 3,
    [JsonStringEnumMemberName("operator")] Operator = 4,
    [JsonStringEnumMemberName("wifi")] Wifi = 5,
}

/// <summary>The way through the door, where the site uses it. The numbers are part of the canonical bytes: never renumber.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PunchDirection>))]
public enum PunchDirection
{
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("in")] In = 1,
    [JsonStringEnumMemberName("out")] Out = 2,
}
