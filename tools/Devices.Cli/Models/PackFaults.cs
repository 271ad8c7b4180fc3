using Devices.Cli.App;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Models;

/// <summary>The verifier's refusals as exit codes.</summary>
public static class PackFaults
{
    public static CliException ToFault(PackFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ExitCode code = fault.Code switch
        {
            PackFaultCode.ManifestMissing => ExitCodes.NotInstalled,
            PackFaultCode.FileMissing => ExitCodes.PackIncomplete,
            PackFaultCode.WrongSize or PackFaultCode.WrongHash => ExitCodes.WrongHash,
            PackFaultCode.LicenceMissing => ExitCodes.LicenceRefused,
            _ => ExitCodes.ManifestRefused,
        };
        return new CliException(code, fault.Message, fault.Remedy);
    }
}
