namespace Devices.Bridge.Store;

/// <summary>A claim as people see it. The code is nowhere: the store has its hash.</summary>
/// <param name="Terminal">The only terminal that may use it; null for any new one.</param>
/// <param name="Board">Serial number of the only board that may use it; null for any.</param>
public sealed record ClaimRow(
    long Id, string? Terminal, string? Board, long CreatedAt, string? MadeBy, long ExpiresAt, long? UsedAt, string? UsedBy, long? WithdrawnAt, string? WithdrawnBy)
{
    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen(long now) => UsedAt is null && WithdrawnAt is null && ExpiresAt > now;
}

/// <summary>Claims, as operators make and withdraw them. What uses one up is <see cref="IFleetStore.RedeemAsync"/>.</summary>
public interface IClaimStore
{
    /// <summary>Claims that may be open at a time: more is a mistake, or somebody hoarding them.</summary>
    const int MaxOpen = 500;

    /// <summary>Adds a claim with its row of the audit log; false where <see cref="MaxOpen"/> are open.</summary>
    /// <param name="codeHash">SHA-256 of the code.</param>
    Task<bool> MakeAsync(byte[] codeHash, string? terminal, string? board, long expiresAt, string by, string? address, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="MakeAsync"/> for several, each for its terminal and board: all of them or, where they are too many, none.</summary>
    Task<bool> MakeAllAsync(IReadOnlyList<(byte[] CodeHash, string Terminal, string? Board)> claims, long expiresAt, string by, CancellationToken cancellationToken = default);

    /// <summary>The newest first. A claim for a new terminal is of no site: only a scope of every site has it.</summary>
    Task<IReadOnlyList<ClaimRow>> ListAsync(SiteScope scope, int limit, CancellationToken cancellationToken = default);

    /// <summary>Ends an open claim, with its row of the audit log; false where it is not open, or not in the scope.</summary>
    Task<bool> WithdrawAsync(SiteScope scope, long id, string by, string? address, CancellationToken cancellationToken = default);
}
