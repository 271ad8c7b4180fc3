using Devices.Contract;

namespace Devices.Edge.Agent.Photos;

/// <summary>How large an evidence photo is, how many wait, and when they give way.</summary>
public sealed record PhotoLimits
{
    /// <summary>Longest side, pixels.</summary>
    public const int Side = 320;

    /// <summary>Largest JPEG, bytes; far below what the contract allows (<see cref="Protocol.MaxPhoto"/>), so that a slow link is busy for moments only.</summary>
    public const int MaxJpeg = 48 * 1024;

    /// <summary>Most bytes that wait for the bridge; beyond it the oldest go.</summary>
    public long MaxBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>What the bridge has not taken after so long is deleted.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromDays(14);

    /// <summary>With less free on the disk the oldest go and no new one is kept. Above the ledger's own reserve, so that punches go on long after.</summary>
    public long ReserveBytes { get; init; } = 128L * 1024 * 1024;
}
