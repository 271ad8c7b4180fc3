namespace Devices.Bridge.Patrol;

/// <summary>Settings below <c>Bridge:Patrol</c>.</summary>
public sealed record PatrolOptions
{
    /// <summary>Minutes between rounds; 0 makes none.</summary>
    public int EveryMinutes { get; set; } = 60;

    /// <summary>Minutes without a word after which a terminal is silent; a day and more is a fault.</summary>
    public int SilentMinutes { get; set; } = 60;

    /// <summary>Days before its end from which a certificate is named; within seven it is a fault.</summary>
    public int CertificateDays { get; set; } = 30;

    /// <summary>Days for which an opened case is named.</summary>
    public int TamperDays { get; set; } = 7;

    /// <summary>Days for which a ledger is named that replaced another.</summary>
    public int NewLedgerDays { get; set; } = 7;

    /// <summary>Seconds that a terminal's clock may be away from the bridge's.</summary>
    public int ClockSeconds { get; set; } = 10;

    /// <summary>Punches that may wait on a terminal without being named.</summary>
    public int Backlog { get; set; } = 200;

    /// <summary>MiB of a terminal's disk below which it is named; below 64 it is a fault.</summary>
    public int FreeMiB { get; set; } = 512;

    /// <summary>Largest wanted false-positive rate that is not named as weak.</summary>
    public double WantedFpir { get; set; } = 0.01;

    /// <summary>Days for which history is kept.</summary>
    public int KeepDays { get; set; } = 400;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        EveryMinutes is < 0 or > 10_080 ? $"Bridge:Patrol:EveryMinutes is {EveryMinutes}: give 0 (none) to 10080 minutes."
        : SilentMinutes is < 2 or > 10_080 ? $"Bridge:Patrol:SilentMinutes is {SilentMinutes}: give 2 to 10080 minutes."
        : CertificateDays is < 7 or > 365 ? $"Bridge:Patrol:CertificateDays is {CertificateDays}: give 7 to 365 days."
        : TamperDays is < 1 or > 365 ? $"Bridge:Patrol:TamperDays is {TamperDays}: give 1 to 365 days."
        : NewLedgerDays is < 1 or > 365 ? $"Bridge:Patrol:NewLedgerDays is {NewLedgerDays}: give 1 to 365 days."
        : ClockSeconds is < 1 or > 3600 ? $"Bridge:Patrol:ClockSeconds is {ClockSeconds}: give 1 to 3600 seconds."
        : Backlog is < 1 or > 1_000_000 ? $"Bridge:Patrol:Backlog is {Backlog}: give 1 to 1000000 punches."
        : FreeMiB is < 64 or > 1_048_576 ? $"Bridge:Patrol:FreeMiB is {FreeMiB}: give 64 to 1048576 MiB."
        : WantedFpir is not (> 0 and <= 1) ? $"Bridge:Patrol:WantedFpir is {WantedFpir}: give a share above 0, at most 1."
        : KeepDays is < 7 or > 3650 ? $"Bridge:Patrol:KeepDays is {KeepDays}: give 7 to 3650 days."
        : null;
}
