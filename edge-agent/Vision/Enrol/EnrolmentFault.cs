namespace Devices.Edge.Vision.Enrol;

public enum EnrolmentFaultCode
{
    NoPictures,
    NoFace,
    SeveralFaces,
    PoorQuality,
    NotLive,
    DifferentPersons,
    BelongsToAnother,
}

/// <summary>Why nobody was enrolled. <paramref name="Picture"/> counts from 0; −1 where no single picture is at fault.</summary>
/// <param name="OtherPerson">Set for <see cref="EnrolmentFaultCode.BelongsToAnother"/>.</param>
public sealed record EnrolmentFault(EnrolmentFaultCode Code, int Picture, string Message, string? HintKey = null, string? OtherPerson = null);
