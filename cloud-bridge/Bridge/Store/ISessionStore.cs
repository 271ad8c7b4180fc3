namespace Devices.Bridge.Store;

/// <summary>A log-in that lasts. Times in ms since the Unix epoch.</summary>
/// <param name="Id">SHA-256 of what the cookie holds, hex: naming it opens nothing.</param>
/// <param name="Method"><c>password</c>, <c>dingtalk</c> or <c>oidc</c>.</param>
/// <param name="Second">How the second factor was given: <c>totp</c>, <c>recovery</c>; null without.</param>
public sealed record SessionRow(string Id, string Account, string Method, string? Second, long CreatedAt, long SeenAt, string? Address, string? Agent, long? EndedAt, string? EndedBy);

/// <summary>Sessions of the pages: a cookie counts only while its row here does.</summary>
public interface ISessionStore
{
    Task BeginSessionAsync(SessionRow session, CancellationToken cancellationToken = default);

    Task<SessionRow?> FindSessionAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Notes a request; nothing where the session has ended.</summary>
    Task SeenAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Sessions that were not ended, the last seen first; of everybody where <paramref name="account"/> is null. Whether they are too old is the caller's matter.</summary>
    Task<IReadOnlyList<SessionRow>> SessionsAsync(string? account, CancellationToken cancellationToken = default);

    /// <summary>Ends one session of an account; false where it has none of that id.</summary>
    Task<bool> EndSessionAsync(string account, string id, string by, CancellationToken cancellationToken = default);

    /// <summary>Ends every session of an account but one. Returns how many.</summary>
    Task<int> EndSessionsAsync(string account, string? except, string by, CancellationToken cancellationToken = default);

    /// <summary>Forgets sessions that ended or were last seen before a time: what is left of them is in the audit log.</summary>
    Task<int> ForgetSessionsAsync(long before, CancellationToken cancellationToken = default);
}
