namespace Devices.Bridge.Photos;

/// <summary>Settings below <c>Bridge:Photos</c>: whether evidence photos are kept, and how long. Off unless an organisation decides otherwise.</summary>
public sealed record PhotoOptions
{
    /// <summary>Keep photos that terminals send. Where this is off, terminals are told to delete them.</summary>
    public bool Enabled { get; set; }

    /// <summary>Days after which a photo is deleted; the punch stays.</summary>
    public int RetentionDays { get; set; } = 30;

    /// <summary>Most MiB of photos; where they are reached new ones wait on their terminals and operators are told.</summary>
    public int MaxMiB { get; set; } = 10_240;

    public long MaxBytes => MaxMiB * 1024L * 1024;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        RetentionDays is < 1 or > 3_650 ? $"Bridge:Photos:RetentionDays is {RetentionDays}: give 1 to 3650 days."
        : MaxMiB is < 1 or > 10_000_000 ? $"Bridge:Photos:MaxMiB is {MaxMiB}: give 1 to 10000000."
        : null;
}
