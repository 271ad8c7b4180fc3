using System.Globalization;

namespace Devices.Bridge.Store.Retention;

/// <summary>What a run of the retention job removed, or would remove.</summary>
/// <param name="PunchesBefore">Punches from before this time, ms since the Unix epoch; 0 where punches are kept.</param>
/// <param name="Ledgers">Ledgers with something to remove or something that holds removal up.</param>
/// <param name="Partitions">Months dropped whole (PostgreSQL).</param>
public sealed record RetentionReport(
    bool DryRun, long PunchesBefore, IReadOnlyList<RetentionLedger> Ledgers, IReadOnlyList<string> Partitions, int Events, int Exceptions)
{
    public long Punches => Ledgers.Sum(one => one.Count);

    public override string ToString()
    {
        string verb = DryRun ? "would remove" : "removed";
        string held = string.Concat(Ledgers.Where(one => one.HeldBy is not null).Take(5)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $" {one.Terminal} stops at punch {one.HeldBy}, which is not settled.")));
        return string.Create(CultureInfo.InvariantCulture,
            $"Retention {verb} {Punches} punches of {Ledgers.Count(one => one.Count > 0)} ledgers{(PunchesBefore > 0 ? $" from before {DateTimeOffset.FromUnixTimeMilliseconds(PunchesBefore):yyyy-MM-dd}" : "")}, {Events} events and {Exceptions} settled exceptions.{held}");
    }
}

/// <param name="From">First punch removed.</param>
/// <param name="Count">Punches removed, from <paramref name="From"/> on without a gap.</param>
/// <param name="HeldBy">The old punch that is not delivered nor settled: it and all after it stay. Null where none is.</param>
public sealed record RetentionLedger(string Terminal, Guid Ledger, long From, long Count, long? HeldBy);
