using System.Text.Json.Serialization;

namespace Devices.Edge.Vision.Packs;

/// <summary>What a threshold rests on.</summary>
public enum ThresholdBasis
{
    /// <summary>Between points at which false matches were counted.</summary>
    [JsonStringEnumMemberName("measured")]
    Measured,

    /// <summary>Rarer than could be counted: from a tail distribution fitted to the highest impostor scores (<see cref="TailModel"/>).</summary>
    [JsonStringEnumMemberName("fitted")]
    Fitted,

    /// <summary>Rarer than the rarest point of the table, measured or fitted: the last slope goes on.</summary>
    [JsonStringEnumMemberName("extrapolated")]
    Extrapolated,
}
