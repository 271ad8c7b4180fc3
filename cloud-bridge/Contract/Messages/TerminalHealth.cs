namespace Devices.Contract.Messages;

/// <summary>How a terminal's parts do, in <c>status</c>: for the fleet's patrol. What is null is not known there (no such sensor, an earlier version).</summary>
public sealed record TerminalHealth
{
    /// <summary>Size of the file system that holds the ledger, bytes.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>Free inodes there, percent.</summary>
    public int? InodesFree { get; init; }

    /// <summary>How much of the flash memory's life is used, percent (eMMC's own estimate, JEDEC JESD84-B51 7.4.26, in steps of ten); 100 and more is beyond it.</summary>
    public int? DiskWear { get; init; }

    /// <summary>The file system has found errors, or the device says that it is about to fail.</summary>
    public bool? DiskFailing { get; init; }

    /// <summary>The file system is mounted read-only: no punch can be stored.</summary>
    public bool? DiskReadOnly { get; init; }

    /// <summary>The supply is below what the board needs, now or since its start.</summary>
    public bool? UnderVoltage { get; init; }

    /// <summary>The processor runs slower than it could because of heat or supply.</summary>
    public bool? Throttled { get; init; }

    /// <summary>Whether a face is checked for being alive.</summary>
    public bool? Liveness { get; init; }

    /// <summary>Frames come; null where no camera is configured.</summary>
    public bool? CameraRunning { get; init; }

    public double? CameraFps { get; init; }

    /// <summary>The controller is connected.</summary>
    public bool? McuOnline { get; init; }

    /// <summary>Entries that wait on the controller.</summary>
    public long? McuQueue { get; init; }

    /// <summary>The controller's free memory, bytes.</summary>
    public long? McuFreeBytes { get; init; }

    /// <summary>The controller runs with the parts that punches need only, after repeated crashes.</summary>
    public bool? McuSafeMode { get; init; }

    /// <summary>Null where the bridge can keep it, else one sentence.</summary>
    public string? Check() =>
        DiskBytes is < 0 || McuQueue is < 0 || McuFreeBytes is < 0 ? "health has a size or a count below 0."
        : InodesFree is < 0 or > 100 || DiskWear is < 0 or > 1000 ? "health has a share or a level that cannot be."
        : CameraFps is { } fps && (!double.IsFinite(fps) || fps is < 0 or > 1000) ? "health.camera_fps cannot be."
        : null;
}
