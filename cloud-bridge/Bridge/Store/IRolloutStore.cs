using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>How a rollout stands.</summary>
public enum RolloutState
{
    Running,

    /// <summary>Nobody new begins; who has begun goes on.</summary>
    Paused,

    /// <summary>Too many failed: nobody is wished it any more who does not run it.</summary>
    Stopped,
    Cancelled,

    /// <summary>The last stage is reached and settled; terminals that come later are wished it too.</summary>
    Done,
}

/// <summary>What an operator decides about a version.</summary>
public sealed record RolloutPlan
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Percentages that grow.</summary>
    public IReadOnlyList<int> Stages { get; init; } = [1, 10, 50, 100];

    /// <summary>Shortest stay in a stage.</summary>
    public int SoakMinutes { get; init; } = 60;

    /// <summary>More than this share, in percent, failed of those that began: the rollout stops.</summary>
    public int AbortPercent { get; init; } = 10;

    /// <summary>On trial for longer than this without a word counts as failed.</summary>
    public int SilentMinutes { get; init; } = 30;

    /// <summary>Only terminals of that site, empty for the main one; null for all.</summary>
    public string? Site { get; init; }

    /// <summary>Only these; null for all.</summary>
    public IReadOnlyList<string>? Terminals { get; init; }

    /// <summary>Models: also where everybody has to be enrolled again.</summary>
    public bool EnrolAgain { get; init; }

    /// <summary>Null where it makes sense, else one sentence.</summary>
    public string? Check() =>
        !Contract.Updates.UpdateKinds.All.Contains(Kind) || Name.Length is 0 or > 64 || Version.Length is 0 or > 48 ? "A rollout names a kind, a name and a version."
        : Stages.Count is 0 or > 10 || Stages.Any(one => one is < 1 or > 100) || Stages.Zip(Stages.Skip(1)).Any(two => two.First >= two.Second) ? "The stages are at most 10 percentages from 1 to 100, each greater than the one before it."
        : SoakMinutes is < 0 or > 100_000 || AbortPercent is < 0 or > 100 || SilentMinutes is < 1 or > 100_000 ? "The minutes are from 0 to 100000 and the share at which it stops from 0 to 100 percent."
        : Terminals is { Count: 0 or > 1000 } ? "At most 1000 terminals can be named." : null;
}

/// <summary>A rollout as it stands.</summary>
public sealed record RolloutRow(Guid Id, RolloutPlan Plan, int Stage, long StageAt, RolloutState State, string? Reason, long CreatedAt, string CreatedBy, long ChangedAt)
{
    /// <summary>Share of terminals that may begin now.</summary>
    public int Percent => Plan.Stages[Math.Min(Stage, Plan.Stages.Count - 1)];
}

/// <summary>One terminal in a rollout.</summary>
public sealed record RolloutMember(string Terminal, string? Site, bool Online, string State, string? Code, string? Message, int Percent, long? BegunAt, long ChangedAt);

/// <summary>A terminal with what it last told about updates.</summary>
public sealed record UpdateReportRow(string Terminal, string? Site, bool Online, UpdateApplied? Applied, long? ReportedAt);

/// <summary>Which versions terminals are to run, and what they made of it.</summary>
public interface IRolloutStore
{
    /// <summary>Begins one, with its row of the audit log; an earlier one of the same kind and name that is not over is cancelled.</summary>
    Task<RolloutRow> BeginAsync(RolloutPlan plan, string actor, string? address, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<RolloutRow>> ListAsync(int limit, CancellationToken cancellationToken = default);

    Task<RolloutRow?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<RolloutMember>> MembersAsync(SiteScope scope, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Sets the state, with a row of the audit log; false where it may not be reached from the one it is in.</summary>
    Task<bool> SetStateAsync(Guid id, RolloutState state, string? reason, string actor, string? address, CancellationToken cancellationToken = default);

    /// <summary>Adds terminals.</summary>
    Task AddAsync(Guid id, IReadOnlyCollection<string> terminals, CancellationToken cancellationToken = default);

    Task SetStageAsync(Guid id, int stage, CancellationToken cancellationToken = default);

    /// <summary>What is wished for a terminal now.</summary>
    Task<UpdateMessage> WishAsync(string terminal, CancellationToken cancellationToken = default);

    Task SaveReportAsync(string terminal, UpdateApplied applied, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<UpdateReportRow>> ReportsAsync(SiteScope scope, CancellationToken cancellationToken = default);
}
