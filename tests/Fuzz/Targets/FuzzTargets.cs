using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>All targets. A new parser of what comes from outside gets one in the list of its part, and a row in tests/SECURITY.md.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
        [.. ContractTargets.All, .. UpdateTargets.All, .. BridgeTargets.All, .. PlatformTargets.All, .. AgentTargets.All, .. VisionTargets.All, .. FirmwareTargets.All, .. CliTargets.All];
}
