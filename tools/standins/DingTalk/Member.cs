namespace Devices.Standins.DingTalk;

/// <summary>A member as the people file and <c>topapi/v2/user/get</c> name the fields.</summary>
public sealed record Member
{
    /// <summary>The platform's userid.</summary>
    public required string Userid { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>工号: free text, may be empty, may repeat.</summary>
    public string JobNumber { get; init; } = string.Empty;

    /// <summary>Departments; empty means the root.</summary>
    public IReadOnlyList<long> DeptIdList { get; init; } = [Organisation.Root];

    /// <summary>Job title.</summary>
    public string Title { get; init; } = string.Empty;

    /// <summary>Whether the member activated DingTalk.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Stand-in only: days (<c>yyyy-MM-dd</c>) with other times than 09:00–18:00 from Monday to Friday: <c>22:00-06:00</c>, several by comma, or <c>rest</c>.</summary>
    public IReadOnlyDictionary<string, string> Schedule { get; init; } = new Dictionary<string, string>();

    /// <summary>Stand-in only: false puts the person outside every attendance group.</summary>
    public bool AttendanceGroup { get; init; } = true;
}
