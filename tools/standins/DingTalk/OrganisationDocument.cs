namespace Devices.Standins.DingTalk;

/// <summary>The people file and the body of <c>POST /_standin/people</c>.</summary>
public sealed record OrganisationDocument
{
    /// <summary>Departments besides the root.</summary>
    public IReadOnlyList<Department> Departments { get; init; } = [];

    /// <summary>Members.</summary>
    public IReadOnlyList<Member> Users { get; init; } = [];
}
