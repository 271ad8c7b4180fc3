using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

public enum PictureUse
{
    /// <summary>A template was made from it.</summary>
    Kept,

    /// <summary>Good, but it adds no view that another picture does not show already.</summary>
    NoNewView,

    Refused,
}

/// <summary>What became of one picture.</summary>
/// <param name="Picture">Counts from 0.</param>
/// <param name="Quality">As measured; default where no single face was found.</param>
/// <param name="Fault">Set where it was refused.</param>
/// <param name="Note">A sentence where it adds no new view.</param>
public sealed record PictureFinding(int Picture, PictureUse Use, FaceQuality Quality, EnrolmentFault? Fault = null, string? Note = null);
