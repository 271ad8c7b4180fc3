namespace Devices.Bridge.Exports;

/// <summary>Settings below <c>Bridge:Exports</c>.</summary>
public sealed record ExportOptions
{
    /// <summary>Hours for which a finished file lies there.</summary>
    public int KeepHours { get; set; } = 24;

    /// <summary>Most rows of one file.</summary>
    public int MostRows { get; set; } = 1_000_000;

    /// <summary>Most MiB of one file.</summary>
    public int MostMiB { get; set; } = 512;

    /// <summary>Unfinished exports of one account.</summary>
    public int MostWaiting { get; set; } = 5;

    /// <summary>MiB of the disk that stay free: exports give way to punches.</summary>
    public int LeaveFreeMiB { get; set; } = 512;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        KeepHours is < 1 or > 720 ? $"Bridge:Exports:KeepHours is {KeepHours}: give 1 to 720 hours."
        : MostRows is < 1_000 or > XlsxTable.MostRows ? $"Bridge:Exports:MostRows is {MostRows}: give 1000 to {XlsxTable.MostRows} rows."
        : MostMiB is < 1 or > 10_240 ? $"Bridge:Exports:MostMiB is {MostMiB}: give 1 to 10240 MiB."
        : MostWaiting is < 1 or > 100 ? $"Bridge:Exports:MostWaiting is {MostWaiting}: give 1 to 100."
        : LeaveFreeMiB is < 0 or > 102_400 ? $"Bridge:Exports:LeaveFreeMiB is {LeaveFreeMiB}: give 0 to 102400 MiB."
        : null;
}
