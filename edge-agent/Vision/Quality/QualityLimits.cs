namespace Devices.Edge.Vision.Quality;

/// <summary>Limits that a face must keep to be recognised or enrolled; see Vision's README for how they were chosen.</summary>
public sealed record QualityLimits
{
    /// <summary>Limits of the daily punch.</summary>
    public static QualityLimits Recognition { get; } = new();

    /// <summary>Stricter limits: a poor template is compared with for years.</summary>
    public static QualityLimits Enrolment { get; } = new() { MinimumEyeDistance = 32, MaximumYaw = 0.32f, MaximumRoll = 25 };

    /// <summary>Pixels between the eyes.</summary>
    public float MinimumEyeDistance { get; init; } = 24;

    /// <summary>Share of the aligned face's middle (brows to chin) that may lie outside the picture.</summary>
    public float MaximumOutside { get; init; } = 0.12f;

    /// <summary>Pixels of 112.</summary>
    public float MaximumResidual { get; init; } = 10;

    /// <summary>Eye distances.</summary>
    public float MaximumYaw { get; init; } = 0.42f;

    public float MinimumPitch { get; init; } = 0.28f;

    public float MaximumPitch { get; init; } = 0.85f;

    /// <summary>Degrees. Alignment turns the face upright, so this only keeps out what no standing person does.</summary>
    public float MaximumRoll { get; init; } = 50;

    /// <summary>Least texture of each eye; see <see cref="FaceQuality.EyeTexture"/>.</summary>
    public float MinimumEyeTexture { get; init; } = 0.055f;

    /// <summary>Least texture of the mouth.</summary>
    public float MinimumMouthTexture { get; init; } = 0.09f;

    public float MinimumBrightness { get; init; } = 35;

    public float MaximumBrightness { get; init; } = 235;

    public float MinimumContrast { get; init; } = 12;

    public float MinimumSharpness { get; init; } = 20;
}
