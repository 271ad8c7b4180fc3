using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>Shows each punch that is later than its person's leaving, once: a terminal may not know yet, or somebody still has the card.</summary>
public sealed class LeaverSweep(IPeopleStore people, IExceptionStore exceptions, TimeProvider clock, ILogger<LeaverSweep> log)
    : PeriodicService(TimeSpan.Zero, Look, "Punches of leavers could not be looked for; it is tried again.", LogLevel.Error, clock, log)
{
    private const int AtOnce = 200;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>Looks once; returns how many were found.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LeaverPunch> found = await people.LeaverPunchesAsync(AtOnce, cancellationToken);
        foreach (LeaverPunch punch in found)
        {
            string left = DateTimeOffset.FromUnixTimeMilliseconds(punch.LeftAt).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
            await exceptions.RaiseAsync(new("roster", "reason.left", $"{punch.Name} ({punch.Person}) left {left}.")
            {
                Terminal = punch.Key.Terminal,
                Ledger = punch.Key.Ledger,
                Seq = punch.Key.Seq,
                Cause = IPeopleStore.LeaverCause(punch.Key),
            }, cancellationToken);
        }

        return found.Count;
    }

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken) => await SweepAsync(cancellationToken) == AtOnce ? TimeSpan.Zero : null;
}
