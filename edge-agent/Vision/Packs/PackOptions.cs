namespace Devices.Edge.Vision.Packs;

/// <summary>How the models run.</summary>
public sealed record PackOptions
{
    /// <summary>Threads inside one model run. 1 suits a terminal whose other cores serve camera and ledger.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Loads a pack without a calibration, for the tool that makes one; such a pack cannot decide anything.</summary>
    public bool ForCalibration { get; init; }
}
