namespace Devices.Edge.Vision.Packs;

public enum PackFaultCode
{
    ManifestMissing,
    ManifestInvalid,
    FileMissing,
    WrongSize,
    WrongHash,
    LicenceMissing,
    CalibrationMissing,
    UnsupportedKind,
    ModelRefused,
    UnsupportedCpu,
}

/// <summary>Why a pack is refused: one sentence, and one that says what to do.</summary>
public sealed record PackFault(PackFaultCode Code, string Message, string Remedy)
{
    public override string ToString() => $"{Message} {Remedy}";
}
