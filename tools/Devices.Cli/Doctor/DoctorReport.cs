using Devices.Cli.Doctor.Bundle;

namespace Devices.Cli.Doctor;

/// <summary>The <c>--json</c> form of the doctor.</summary>
/// <param name="State">The state folder, or from afar the terminal's name.</param>
/// <param name="Sound">No fault; warnings and unknowns may be there.</param>
public sealed record DoctorReport(string State, bool Sound, List<Finding> Findings)
{
    /// <summary>Where a support bundle was written; null without <c>--bundle</c>.</summary>
    public SupportBundleReport? Bundle { get; init; }
}
