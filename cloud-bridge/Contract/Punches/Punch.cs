using System.Text.Json.Serialization;

namespace Devices.Contract.Punches;

/// <summary>
/// One person's attendance event at one terminal (design section 3). Immutable: corrections are new rows on the bridge.
/// (<see cref="Terminal"/>, <see cref="Ledger"/>, <see cref="Seq"/>) is its identity everywhere.
/// </summary>
public sealed record Punch
{
    /// <summary>Who recorded it: at most 32 of <c>a-z0-9-</c>; the name in the terminal's certificate.</summary>
    public required string Terminal { get; init; }

    /// <summary>The ledger's identity (UUID v7), made together with its file.</summary>
    public required Guid Ledger { get; init; }

    /// <summary>Position in that ledger: from 1, without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>The platform's userid, 1 to 64 bytes of UTF-8.</summary>
    public required string Person { get; init; }

    /// <summary>When, as best known: milliseconds since the Unix epoch, UTC.</summary>
    public required long At { get; init; }

    /// <summary>How far <see cref="At"/> can be trusted (design section 5).</summary>
    public required ClockQuality Clock { get; init; }

    /// <summary>Half-width of the interval around <see cref="At"/> that holds the true time, in milliseconds; -1 where unknown (held).</summary>
    [JsonPropertyName("uncertainty_ms")]
    public required long UncertaintyMs { get; init; }

    public required PunchMethod Method { get; init; }

    public PunchDirection Direction { get; init; } = PunchDirection.None;

    /// <summary>Cosine similarity of probe and template, for <see cref="PunchMethod.Face"/>.</summary>
    public float? Score { get; init; }

    /// <summary>What <see cref="Score"/> was decided against.</summary>
    public float? Threshold { get; init; }

    /// <summary>Probability of a live face, 0..1, for <see cref="PunchMethod.Face"/>.</summary>
    public float? Liveness { get; init; }

    /// <summary>Model pack id and version (<c>id@version</c>), for <see cref="PunchMethod.Face"/>.</summary>
    public string? Pack { get; init; }

    /// <summary>SHA-256 of the evidence crop as 64 lower-case hex digits, where the site's policy keeps one.</summary>
    public string? Photo { get; init; }

    /// <summary>SHA-256(previous chain ‖ canonical bytes) as 64 lower-case hex digits.</summary>
    public required string Chain { get; init; }
}
