using NodaTime;

namespace Devices.Bridge.Attendance;

/// <summary>The plans as they were in force. A day follows what was loaded last among those valid from it or earlier: a later file moves no day that is past.</summary>
public sealed class PlanHistory(IReadOnlyList<(LocalDate ValidFrom, ShiftPlan Plan)> plans)
{
    /// <summary>In the order in which they were loaded.</summary>
    public IReadOnlyList<(LocalDate ValidFrom, ShiftPlan Plan)> Plans { get; } = plans;

    /// <summary>Whether anybody's shift ever depended on the department.</summary>
    public bool ByDepartment => Plans.Any(p => p.Plan.ByDepartment);

    /// <summary>Always the same plan.</summary>
    public static PlanHistory Of(ShiftPlan plan) => new([(LocalDate.MinIsoValue, plan)]);

    public ShiftPlan On(LocalDate day)
    {
        for (int i = Plans.Count - 1; i >= 0; i--)
            if (Plans[i].ValidFrom <= day) return Plans[i].Plan;
        return ShiftPlan.None;
    }
}
