namespace Devices.Bridge.Store;

/// <summary>What a notice is about.</summary>
public enum NoticeKind
{
    /// <summary>To a guardian: somebody arrived or left.</summary>
    Guardian,

    /// <summary>To a manager: who has not punched.</summary>
    Missing,
}

/// <summary>How far a notice is.</summary>
public enum NoticeState
{
    /// <summary>To be sent, or sent again.</summary>
    Pending,

    /// <summary>A call is being made; found after a crash nobody knows whether it arrived.</summary>
    Sending,

    /// <summary>The platform took it and gave it a task; who got it is asked later.</summary>
    Sent,

    /// <summary>Every recipient got it.</summary>
    Delivered,

    /// <summary>Some recipients did not get it.</summary>
    Partly,

    /// <summary>Nobody knows, and nobody can be asked any more.</summary>
    Doubtful,

    /// <summary>Nobody got it.</summary>
    Failed,

    /// <summary>The consent ended before it was sent.</summary>
    Withdrawn,
}

/// <param name="Cause">What makes two the same.</param>
/// <param name="Person">Whom it is about, for a guardian's notice.</param>
public sealed record NewNotice(string Cause, NoticeKind Kind, string? Person, string Text, IReadOnlyList<string> Recipients);

/// <param name="Unsure">Attempts whose answer did not come.</param>
/// <param name="Day">The platform's day of the first attempt, <c>yyyy-MM-dd</c>.</param>
public sealed record NoticeRow(
    long Id, string Cause, NoticeKind Kind, string? Person, string Text, NoticeState State, int Attempts, int Unsure, string? Day, long? SentAt, string? TaskId, string? Reason, long CreatedAt,
    IReadOnlyList<NoticeRecipient> Recipients);

/// <param name="Delivered">Null while it is not known.</param>
/// <param name="Code">The platform's, where it failed.</param>
public sealed record NoticeRecipient(string UserId, bool? Delivered, string? Code);

/// <summary>What changes of a notice.</summary>
public sealed record NoticeChange(NoticeState State, long NextAt)
{
    public int Attempts { get; init; }
    public int Unsure { get; init; }
    public string? Day { get; init; }
    public long? SentAt { get; init; }
    public string? TaskId { get; init; }
    public string? Reason { get; init; }

    /// <summary>What is known of recipients now; others stay as they are.</summary>
    public IReadOnlyList<NoticeRecipient> Recipients { get; init; } = [];
}

/// <summary>One person's consent that somebody is told.</summary>
/// <param name="TextVersion">Of the wording that was consented to.</param>
/// <param name="GivenBy">Who consented.</param>
public sealed record NoticeConsent(string Person, string Recipient, string TextVersion, string GivenBy, long GivenAt, string RecordedBy, long? EndedAt, string? EndedBy);

/// <summary>Consents and the outbox of notices.</summary>
public interface INoticeStore
{
    /// <summary>Records a consent; false where one is in force already.</summary>
    Task<bool> AddConsentAsync(NoticeConsent consent, CancellationToken cancellationToken = default);

    /// <summary>Ends it; false where none is in force.</summary>
    Task<bool> EndConsentAsync(string person, string recipient, string by, CancellationToken cancellationToken = default);

    /// <summary>Newest first; of everybody where <paramref name="person"/> is null.</summary>
    Task<IReadOnlyList<NoticeConsent>> ConsentsAsync(string? person, bool includeEnded, CancellationToken cancellationToken = default);

    /// <summary>Id of the newest punch; 0 where there is none.</summary>
    Task<long> LastPunchAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds notices whose cause is new, and moves a mark on in the same transaction. Returns how many were added.</summary>
    /// <param name="setting">Key and value in the settings, or null.</param>
    Task<int> AddAsync(IReadOnlyList<NewNotice> notices, (string Key, string Value)? setting, CancellationToken cancellationToken = default);

    /// <summary>Pending and sent ones whose time has come, oldest first.</summary>
    Task<IReadOnlyList<NoticeRow>> DueAsync(long now, int limit, CancellationToken cancellationToken = default);

    Task ChangeAsync(long id, NoticeChange change, CancellationToken cancellationToken = default);

    /// <summary>At start: what was being sent is pending again, and one attempt more is unsure. Returns how many.</summary>
    Task<int> RecoverAsync(CancellationToken cancellationToken = default);

    /// <summary>Recipients of all sent after a moment.</summary>
    Task<long> RecipientsSinceAsync(long since, CancellationToken cancellationToken = default);

    /// <summary>Notices sent to somebody on a day of the platform's.</summary>
    Task<long> SentToAsync(string recipient, string day, CancellationToken cancellationToken = default);

    /// <summary>Deletes notices made before a moment that need nothing more. Returns how many.</summary>
    Task<int> PurgeAsync(long before, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<NoticeRow>> NoticesAsync(int limit, CancellationToken cancellationToken = default);
}
