using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Bridge.Attendance;

/// <summary>The plan file as it is written, anything may be missing. See the README for what each field means.</summary>
internal sealed record PlanFile
{
    public string? ValidFrom { get; init; }

    public Dictionary<string, ShiftEntry?>? Shifts { get; init; }

    public List<AssignmentEntry?>? Assignments { get; init; }

    public List<CalendarEntry?>? Calendar { get; init; }
}

internal sealed record ShiftEntry
{
    public string? Times { get; init; }

    public int PermitLate { get; init; }

    public int PermitEarly { get; init; }

    public int? SeriousLate { get; init; }

    public int Flexible { get; init; }

    public int? Required { get; init; }

    public int Break { get; init; }

    public int BreakAfter { get; init; }

    public bool Pairs { get; init; }

    public int? OpensBefore { get; init; }

    public int? ClosesAfter { get; init; }
}

internal sealed record AssignmentEntry
{
    public Dictionary<string, string?>? Week { get; init; }

    public List<string?>? Rotation { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public List<long>? Departments { get; init; }

    public List<string?>? People { get; init; }

    public bool? Holidays { get; init; }
}

internal sealed record CalendarEntry
{
    public string? Date { get; init; }

    public string? To { get; init; }

    public bool Rest { get; init; }

    public int? WorksAs { get; init; }

    public string? Name { get; init; }
}

/// <summary>Field names are camel case, comments and trailing commas allowed, unknown fields refused: a mistyped one must not be passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(PlanFile))]
internal sealed partial class PlanJson : JsonSerializerContext;
