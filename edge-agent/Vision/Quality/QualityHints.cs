namespace Devices.Edge.Vision.Quality;

/// <summary>Keys of the short hints a screen shows; the texts in each language belong to the host.</summary>
public static class QualityHints
{
    /// <summary>The key, or null for <see cref="QualityReason.Good"/>.</summary>
    public static string? KeyOf(QualityReason reason) => reason switch
    {
        QualityReason.TooSmall => "face.come-closer",
        QualityReason.CutOff => "face.move-into-picture",
        QualityReason.NotAFace => "face.show-face",
        QualityReason.Turned => "face.look-straight",
        QualityReason.TooDark => "face.too-dark",
        QualityReason.TooBright => "face.too-bright",
        QualityReason.LowContrast => "face.clean-lens",
        QualityReason.Blurred => "face.hold-still",
        QualityReason.Tilted => "face.head-upright",
        QualityReason.Covered => "face.uncover",
        QualityReason.OutsideRegion => "face.move-into-picture",
        QualityReason.BehindAnother => "face.one-at-a-time",
        _ => null,
    };

    /// <summary>One English sentence for logs and technicians.</summary>
    public static string Explain(in FaceQuality quality) => quality.Reason switch
    {
        QualityReason.TooSmall => FormattableString.Invariant($"The face is too far away: {quality.EyeDistance:F0} px between the eyes."),
        QualityReason.CutOff => "The face is partly outside the picture.",
        QualityReason.NotAFace => FormattableString.Invariant($"The points found do not lie as in a face (residual {quality.Residual:F1} px of 112)."),
        QualityReason.Turned => FormattableString.Invariant($"The face is turned away (yaw {quality.Yaw:F2}, pitch {quality.Pitch:F2})."),
        QualityReason.TooDark => FormattableString.Invariant($"The face is too dark (brightness {quality.Brightness:F0} of 255)."),
        QualityReason.TooBright => FormattableString.Invariant($"The face is too bright (brightness {quality.Brightness:F0} of 255)."),
        QualityReason.LowContrast => FormattableString.Invariant($"The face has too little contrast ({quality.Contrast:F0})."),
        QualityReason.Blurred => FormattableString.Invariant($"The face is blurred (sharpness {quality.Sharpness:F0})."),
        QualityReason.Tilted => FormattableString.Invariant($"The head is tilted ({quality.Roll:F0}°)."),
        QualityReason.Covered => FormattableString.Invariant($"The face is covered (eyes {quality.EyeTexture:F3}, mouth {quality.MouthTexture:F3})."),
        QualityReason.OutsideRegion => "The face is outside the region where faces punch.",
        QualityReason.BehindAnother => "Somebody stands much nearer than this face.",
        _ => "The face is good enough.",
    };
}
