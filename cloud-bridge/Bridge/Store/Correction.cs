using Devices.Contract.Punches;

namespace Devices.Bridge.Store;

/// <summary>What a correction does.</summary>
public enum CorrectionKind
{
    /// <summary>A punch that is missing.</summary>
    Add,

    /// <summary>A punch that shall not count.</summary>
    Void,

    /// <summary>A punch that was somebody else's.</summary>
    Reassign,

    /// <summary>A punch that does not count shall count again.</summary>
    Reinstate,
}

/// <summary>How far a correction is.</summary>
public enum CorrectionState
{
    /// <summary>It waits for somebody's decision and changes nothing yet.</summary>
    Proposed,
    Approved,
    Rejected,
    Withdrawn,
}

/// <summary>A correction to be recorded.</summary>
public sealed record NewCorrection
{
    public required CorrectionKind Kind { get; init; }

    /// <summary>The punch it is about; null for <see cref="CorrectionKind.Add"/>.</summary>
    public long? PunchId { get; init; }

    /// <summary>Whose punch it is or is to be.</summary>
    public required string Person { get; init; }

    /// <summary>For <see cref="CorrectionKind.Reassign"/>: whose it is instead.</summary>
    public string? ToPerson { get; init; }

    /// <summary>ms since the Unix epoch.</summary>
    public required long At { get; init; }

    /// <summary>The attendance day, <c>yyyy-MM-dd</c> at the site.</summary>
    public required string Day { get; init; }

    public PunchDirection Direction { get; init; }

    /// <summary>Where an added punch belongs; empty is the main site. For the others it is the punch's own.</summary>
    public string Site { get; init; } = SiteScope.MainSite;

    public required string ReasonCode { get; init; }
    public required string Reason { get; init; }
    public required string Author { get; init; }

    /// <summary>Made with the form: sent twice it is one record.</summary>
    public required string Request { get; init; }

    /// <summary>The last correction of this punch that the author saw; another one since then is told instead of overruled. Null: not looked at.</summary>
    public long? Seen { get; init; }
}

/// <summary>A correction with what was decided about it.</summary>
public sealed record CorrectionRow
{
    public required long Id { get; init; }
    public required CorrectionKind Kind { get; init; }
    public long? PunchId { get; init; }
    public PunchKey? Key { get; init; }
    public required string Person { get; init; }
    public string? Name { get; init; }
    public string? ToPerson { get; init; }
    public string? ToName { get; init; }
    public required long At { get; init; }
    public required string Day { get; init; }
    public PunchDirection Direction { get; init; }
    public required string Site { get; init; }
    public required string ReasonCode { get; init; }
    public required string Reason { get; init; }
    public required string Author { get; init; }
    public required long CreatedAt { get; init; }
    public required CorrectionState State { get; init; }
    public string? DecidedBy { get; init; }
    public long? DecidedAt { get; init; }
    public string? Note { get; init; }
}

/// <summary>What became of a correction or a decision.</summary>
public enum CorrectionOutcome
{
    /// <summary>It counts.</summary>
    Applied,

    /// <summary>It waits for a decision.</summary>
    Proposed,

    /// <summary>It was rejected or withdrawn, as asked.</summary>
    Closed,

    /// <summary>The form was sent twice; what it did the first time stands.</summary>
    Again,

    /// <summary>There is no such punch or correction in the scope.</summary>
    Unknown,

    /// <summary>The punch does not count any more; <see cref="CorrectionResult.Other"/> says why.</summary>
    AlreadyStruck,

    /// <summary>The punch counts: there is nothing to reinstate.</summary>
    NotStruck,

    /// <summary>Somebody has proposed a correction of this punch that waits.</summary>
    Waiting,

    /// <summary>Somebody corrected this punch since the form was opened.</summary>
    Changed,

    /// <summary>The person has a punch at this time already.</summary>
    Near,

    /// <summary>The punch that stands in for this one was corrected in turn: undo that first.</summary>
    Later,

    /// <summary>The month is closed.</summary>
    MonthClosed,

    /// <summary>It was decided already; <see cref="CorrectionResult.Correction"/> says by whom.</summary>
    Decided,

    /// <summary>Nobody decides about their own.</summary>
    Own,
}

/// <param name="Correction">The record made or decided about.</param>
/// <param name="Other">What stood in the way: an earlier correction.</param>
/// <param name="Near">What stood in the way: a punch.</param>
public sealed record CorrectionResult(CorrectionOutcome Outcome, CorrectionRow? Correction = null, CorrectionRow? Other = null, StoredPunch? Near = null)
{
    public bool Done => Outcome is CorrectionOutcome.Applied or CorrectionOutcome.Proposed or CorrectionOutcome.Closed or CorrectionOutcome.Again;
}

/// <summary>A punch that a place has and that does not count here: only somebody there can take it away.</summary>
/// <param name="Target">The platform or another place.</param>
public sealed record CorrectionDifference(CorrectionRow Correction, StoredPunch Punch, string Target, long? DeliveredAt);

/// <summary>Which corrections; every null field filters nothing.</summary>
public sealed record CorrectionFilter
{
    public CorrectionState? State { get; init; }
    public CorrectionKind? Kind { get; init; }

    /// <summary>A userid: of either person.</summary>
    public string? Person { get; init; }
    public string? Author { get; init; }

    /// <summary>Attendance days, inclusive, <c>yyyy-MM-dd</c>.</summary>
    public string? FirstDay { get; init; }
    public string? LastDay { get; init; }

    /// <summary>Those before this one: the next page.</summary>
    public long? Before { get; init; }
}
