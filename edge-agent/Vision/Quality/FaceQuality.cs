namespace Devices.Edge.Vision.Quality;

/// <summary>What was measured on one face in one frame.</summary>
/// <param name="Reason">The first limit that failed, or <see cref="QualityReason.Good"/>.</param>
/// <param name="Score">0..1, for choosing the best frames of a track; 0 when a limit failed.</param>
/// <param name="EyeDistance">Pixels between the eyes' centres, in the frame.</param>
/// <param name="Residual">RMS distance of the aligned points from the reference, pixels of 112.</param>
/// <param name="Yaw">Nose's sideways offset from the middle of the face, in eye distances; 0 is frontal, negative is to the picture's left.</param>
/// <param name="Pitch">Where the nose lies from the eyes (0) to the mouth (1); about 0.55 is level.</param>
/// <param name="Roll">Angle of the eyes' line, degrees.</param>
/// <param name="Brightness">Mean luma of the face's middle, 0..255.</param>
/// <param name="Contrast">Standard deviation of that luma.</param>
/// <param name="Sharpness">Variance of the Laplacian of the aligned face's luma (Pech-Pacheco et al., ICPR 2000).</param>
public readonly record struct FaceQuality(
    QualityReason Reason, float Score, float EyeDistance, float Residual, float Yaw, float Pitch, float Roll,
    float Brightness, float Contrast, float Sharpness)
{
    /// <summary>Texture of the eye that shows less of it: root mean square gradient over the face's contrast. A dark glass has little.</summary>
    public float EyeTexture { get; init; }

    /// <summary>The same of the mouth. A mask has little.</summary>
    public float MouthTexture { get; init; }

    /// <summary>The chin lies outside the picture: good enough to recognise, too little of a face to see it move.</summary>
    public bool ChinOut { get; init; }

    public bool IsGood => Reason == QualityReason.Good;
}
