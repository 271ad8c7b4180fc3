namespace Devices.Edge.Vision.Match;

public enum GalleryFaultCode
{
    OtherPack,
    WrongSize,
    NotUnitLength,
    NoPerson,
    DuplicateTemplate,
}

/// <summary>Why a template was not taken into the gallery, in one sentence.</summary>
public sealed record GalleryFault(GalleryFaultCode Code, string Message);
