using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Agent.Recognition;

/// <summary>When the threshold in force is worth a line in the log: at first, and after it or the gallery changed enough to matter.</summary>
public sealed class ThresholdNotice
{
    /// <summary>Cosine; less changes no decision that anybody would notice.</summary>
    public const float Material = 0.005f;

    private (CalibratedThreshold Threshold, int Templates)? _told;

    /// <summary>Whether to tell now; what is told is remembered.</summary>
    public bool IsDue(CalibratedThreshold threshold, int templates)
    {
        if (_told is { } told && told.Threshold.Basis == threshold.Basis && MathF.Abs(told.Threshold.Threshold - threshold.Threshold) < Material
            && templates <= 2 * Math.Max(1, told.Templates) && told.Templates <= 2 * Math.Max(1, templates)) return false;
        _told = (threshold, templates);
        return true;
    }
}
