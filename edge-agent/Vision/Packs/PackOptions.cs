namespace Devices.Edge.Vision.Packs;

/// <summary>How the models run.</summary>
public sealed record PackOptions
{
    /// <summary>Threads inside one model run. 1 suits a terminal whose other cores serve camera and ledger.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Liveness and embedding of a face at the same time, each with its threads, where there is more than one processor.</summary>
    public bool SideBySide { get; init; } = true;

    /// <summary>Runs the models in a process of their own, so that their crash or hang is not the caller's; null runs them in this one.</summary>
    public Runtime.ModelWorker? Worker { get; init; }

    /// <summary>Lets threads of a model spin between runs; only to measure what that costs.</summary>
    public bool Spinning { get; init; }

    /// <summary>Loads a pack without a calibration, for the tool that makes one; such a pack cannot decide anything.</summary>
    public bool ForCalibration { get; init; }
}
