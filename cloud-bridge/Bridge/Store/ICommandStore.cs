using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>How far a command is.</summary>
public enum CommandState
{
    /// <summary>Not sent yet.</summary>
    Waiting,
    Sent,
    Accepted,
    Done,
    Refused,

    /// <summary>The terminal began it and does not know how it ended; it is not done again.</summary>
    Unsure,

    /// <summary>Its time was over before the terminal had answered.</summary>
    Expired,

    /// <summary>An operator took it back before it was sent.</summary>
    Withdrawn,
}

/// <summary>A command with what became of it.</summary>
/// <param name="Envelope">JSON as it goes down, signed.</param>
public sealed record CommandRow(
    Guid Id, string Terminal, string Kind, IReadOnlyDictionary<string, string> Arguments, long IssuedAt, long ExpiresAt, string IssuedBy, string Envelope, CommandState State, string? Code, string? Message,
    string? Attachment, long ChangedAt);

/// <summary>Commands to terminals: issued once, signed by whoever issues them, and never changed but in what became of them.</summary>
public interface ICommandStore
{
    /// <summary>Keeps a new one with its row of the audit log; false where there is no such terminal, or it is revoked.</summary>
    Task<bool> IssueAsync(CommandRow command, string? address, CancellationToken cancellationToken = default);

    /// <summary>Those of a terminal that may still be sent or answered and have not expired, oldest first.</summary>
    Task<IReadOnlyList<CommandRow>> OpenAsync(string terminal, CancellationToken cancellationToken = default);

    Task MarkSentAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Keeps what a terminal said of a command of its own; a last word is never replaced by an earlier one. False where it has none of that id.</summary>
    Task<bool> SettleAsync(string terminal, CommandResult result, CancellationToken cancellationToken = default);

    /// <summary>Ends those whose time is over, and how many; collected logs older than 30 days are removed.</summary>
    Task<int> ExpireAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes one back that was not sent yet, with its row of the audit log.</summary>
    Task<bool> WithdrawAsync(Guid id, string actor, string? address, CancellationToken cancellationToken = default);

    /// <summary>The newest of a terminal; attachments are left out.</summary>
    Task<IReadOnlyList<CommandRow>> ListAsync(string terminal, int limit, CancellationToken cancellationToken = default);

    Task<CommandRow?> FindAsync(Guid id, CancellationToken cancellationToken = default);
}
