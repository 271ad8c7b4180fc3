namespace Devices.Edge.Vision.Enrol;

public enum EnrolmentFaultCode
{
    NoPictures,
    NoFace,
    SeveralFaces,
    PoorQuality,
    NotLive,

    /// <summary>A picture of somebody else among the person's, or pictures of several people.</summary>
    DifferentPersons,

    /// <summary>The face is enrolled as someone else.</summary>
    BelongsToAnother,

    /// <summary>The person is enrolled with another face.</summary>
    FaceChanged,

    /// <summary>Each picture has a reason of its own.</summary>
    NoneUsable,
}

/// <summary>Why a picture was not used, or nobody enrolled. <paramref name="Picture"/> counts from 0; −1 where no single picture is at fault.</summary>
/// <param name="OtherPerson">The enrolled person whom the face resembles, for <see cref="EnrolmentFaultCode.BelongsToAnother"/> and, where known, <see cref="EnrolmentFaultCode.DifferentPersons"/>.</param>
public sealed record EnrolmentFault(EnrolmentFaultCode Code, int Picture, string Message, string? HintKey = null, string? OtherPerson = null);
