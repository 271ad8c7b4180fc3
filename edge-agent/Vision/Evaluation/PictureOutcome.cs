namespace Devices.Edge.Vision.Evaluation;

/// <summary>What became of a picture.</summary>
public enum PictureOutcome
{
    /// <summary>Not looked at yet.</summary>
    Pending,

    /// <summary>A face was found and embedded.</summary>
    Embedded,

    /// <summary>The file cannot be read, or is not a whole JPEG.</summary>
    Unreadable,

    /// <summary>Read, but the detector found no face.</summary>
    NoFace,

    /// <summary>A face was found, but its landmarks have no alignment, so there is nothing to compare.</summary>
    NoTemplate,
}
