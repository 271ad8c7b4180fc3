namespace Devices.Bridge.Store;

/// <param name="Month"><c>yyyy-MM</c>.</param>
/// <param name="Closed">Whether the newest word about it is that it is closed.</param>
public sealed record MonthRow(string Month, bool Closed, string By, long At, string Reason);

/// <summary>Months closed for payroll.</summary>
public interface IMonthStore
{
    /// <summary>False where it is closed or open already, as asked.</summary>
    Task<bool> SetAsync(string month, bool closed, string by, string reason, CancellationToken cancellationToken = default);

    /// <summary>Newest month first, each with the newest word about it.</summary>
    Task<IReadOnlyList<MonthRow>> MonthsAsync(CancellationToken cancellationToken = default);

    /// <summary>Every word about one month, newest first.</summary>
    Task<IReadOnlyList<MonthRow>> HistoryAsync(string month, CancellationToken cancellationToken = default);

    Task<bool> IsClosedAsync(string month, CancellationToken cancellationToken = default);
}
