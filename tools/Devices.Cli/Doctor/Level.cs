using System.Text.Json.Serialization;

namespace Devices.Cli.Doctor;

/// <summary>How serious a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Level>))]
public enum Level
{
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>Could not be looked at, and why.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,

    /// <summary>Works, but not for long or not fully.</summary>
    [JsonStringEnumMemberName("warning")] Warning,

    /// <summary>Does not work.</summary>
    [JsonStringEnumMemberName("fault")] Fault,
}
