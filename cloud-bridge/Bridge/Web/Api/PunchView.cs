using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;

namespace Devices.Bridge.Web.Api;

/// <summary>One punch with its journey, as <c>/api/v1/punches</c> gives it. Times are ms since the Unix epoch, UTC, unless named local.</summary>
public sealed record PunchView
{
    /// <summary>Cursor: order of arrival at the bridge.</summary>
    public required long Id { get; init; }
    public required string Terminal { get; init; }
    public required Guid Ledger { get; init; }
    public required long Seq { get; init; }
    public required string Person { get; init; }
    public string? Name { get; init; }
    public required long At { get; init; }

    /// <summary>Site-local time with the offset in force then.</summary>
    public required string AtLocal { get; init; }
    public required ClockQuality Clock { get; init; }
    public required long UncertaintyMs { get; init; }
    public required PunchMethod Method { get; init; }
    public required PunchDirection Direction { get; init; }
    public float? Score { get; init; }
    public float? Threshold { get; init; }
    public required long StoredAt { get; init; }

    /// <summary>pending · sending · delivered · waiting · ambiguous · dead · held · skipped · deferred.</summary>
    public required string Delivery { get; init; }
    public long? DeliveredAt { get; init; }

    /// <summary>When the platform's record list showed it.</summary>
    public long? ProvedAt { get; init; }
    public required int Attempts { get; init; }
    public long? NextAttemptAt { get; init; }
    public string? ReasonCode { get; init; }

    /// <summary>One English sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>False where a correction struck it: boards, months and payroll do not count it.</summary>
    public required bool Counts { get; init; }

    /// <summary>recorded · added · reassigned.</summary>
    public required string Origin { get; init; }

    /// <summary>void · reassign; null where it counts.</summary>
    public string? Struck { get; init; }

    /// <summary>The punch (by id) that counts in its place.</summary>
    public long? StandIn { get; init; }

    /// <summary>The punch (by id) in whose place it counts.</summary>
    public long? StandsFor { get; init; }

    /// <summary>The correction that struck it, else the one that made it.</summary>
    public long? Correction { get; init; }

    /// <summary>How the targets beside the platform stand with it.</summary>
    public required IReadOnlyList<TargetView> Targets { get; init; }

    internal static PunchView Of(StoredPunch row, SiteClock clock, IEnumerable<TargetState> targets) => new()
    {
        Targets = [.. targets.Select(TargetView.Of)],
        Id = row.Id,
        Terminal = row.Punch.Terminal,
        Ledger = row.Punch.Ledger,
        Seq = row.Punch.Seq,
        Person = row.Punch.Person,
        Name = row.Name,
        At = row.Punch.At,
        AtLocal = clock.IsoText(row.Punch.At),
        Clock = row.Punch.Clock,
        UncertaintyMs = row.Punch.UncertaintyMs,
        Method = row.Punch.Method,
        Direction = row.Punch.Direction,
        Score = row.Punch.Score,
        Threshold = row.Punch.Threshold,
        StoredAt = row.ReceivedAt,
        Delivery = Names.Lower(row.Delivery),
        DeliveredAt = row.DeliveredAt,
        ProvedAt = row.ProvedAt,
        Attempts = row.Attempts,
        NextAttemptAt = row.Delivery is DeliveryState.Waiting or DeliveryState.Ambiguous or DeliveryState.Deferred ? row.NextAttemptAt : null,
        ReasonCode = row.ReasonCode,
        Reason = ReasonTexts.English(row.ReasonCode, row.Reason),
        Counts = row.Standing.Counts,
        Origin = Names.Lower(row.Standing.Origin),
        Struck = row.Standing.Struck is { } struck ? Names.Lower(struck) : null,
        StandIn = row.Standing.StandIn,
        StandsFor = row.Standing.OriginPunch,
        Correction = row.Standing.StruckCorrection ?? row.Standing.OriginCorrection,
    };
}

/// <summary>One target beside the platform.</summary>
public sealed record TargetView(string Target, string Delivery, int Attempts, long? NextAttemptAt, long? DeliveredAt, string? ReasonCode, string? Reason)
{
    internal static TargetView Of(TargetState state) => new(
        state.Target, Names.Lower(state.State), state.Attempts, state.State is DeliveryState.Waiting ? state.NextAttemptAt : null, state.DeliveredAt, state.ReasonCode,
        ReasonTexts.English(state.ReasonCode, state.Reason));
}

/// <summary>A page of the feed.</summary>
/// <param name="Punches">In order of arrival.</param>
/// <param name="Next">The <c>after</c> of the next call: the last id, or the given one where nothing came.</param>
/// <param name="More">Whether the page was full, so that more may be waiting.</param>
public sealed record PunchFeed(IReadOnlyList<PunchView> Punches, long Next, bool More);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(PunchFeed))]
[JsonSerializable(typeof(EffectivePunchFeed))]
[JsonSerializable(typeof(TerminalFeed))]
[JsonSerializable(typeof(TerminalView))]
[JsonSerializable(typeof(PatrolFeed))]
[JsonSerializable(typeof(ReleaseView))]
[JsonSerializable(typeof(DeliveryView))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(DayFeed))]
[JsonSerializable(typeof(PersonFeed))]
[JsonSerializable(typeof(DepartmentFeed))]
[JsonSerializable(typeof(FindingFeed))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>With names as people write them: the answers are JSON with "nosniff", never part of a page.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
