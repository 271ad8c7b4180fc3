namespace Devices.Cli.Doctor;

/// <summary>The <c>--json</c> form of the doctor.</summary>
/// <param name="Sound">No fault; warnings and unknowns may be there.</param>
public sealed record DoctorReport(string State, bool Sound, List<Finding> Findings);
