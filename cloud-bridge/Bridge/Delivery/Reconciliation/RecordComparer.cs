using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Reconciliation;

/// <summary>A punch of ours with the place that the platform shows for it.</summary>
public sealed record OurPunch(ComparedPunch Punch, string Place);

/// <summary>What comparing some people's punches brought.</summary>
/// <param name="Same">In both; <c>New</c> where it was not proved before.</param>
/// <param name="Missing">Delivered, and not there; struck ones among them.</param>
/// <param name="WrongTime">There, at another time.</param>
/// <param name="WrongPerson">There, for somebody else.</param>
/// <param name="Doubled">A second row of a punch that is there.</param>
/// <param name="Others">Rows that did not come from us.</param>
public sealed record Comparison(
    IReadOnlyList<(OurPunch Ours, PlatformRecord Row, bool New)> Same, IReadOnlyList<OurPunch> Missing, IReadOnlyList<(OurPunch Ours, PlatformRecord Row)> WrongTime,
    IReadOnlyList<(OurPunch Ours, PlatformRecord Row)> WrongPerson, IReadOnlyList<PlatformRecord> Doubled, IReadOnlyList<PlatformRecord> Others);

/// <summary>
/// Compares both ways. A row is a punch's by the record that proved it, else by person, place and time: to the millisecond first, then
/// the second (the platform may cut), then the minute; a row counts once. What is still on its way claims its row and is left to delivery.
/// </summary>
public static class RecordComparer
{
    private const long Minute = 60_000;

    // The farthest two zones lie apart: a time that was read in the wrong zone is no farther off.
    private const long FarthestZone = 14 * 60 * Minute;

    /// <param name="ours">The people's punches in the time, and a little before and after.</param>
    /// <param name="theirs">What the platform shows of them.</param>
    public static Comparison Compare(IEnumerable<OurPunch> ours, IEnumerable<PlatformRecord> theirs)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        List<OurPunch> open = [.. ours.Where(o => o.Punch.State != DeliveryState.Held).OrderBy(o => o.Punch.At)];
        List<PlatformRecord> free = [.. theirs.DistinctBy(r => r.Id)];
        List<(OurPunch Ours, PlatformRecord Row, bool New)> same = [];
        List<(OurPunch, PlatformRecord)> wrongTime = [], wrongPerson = [];

        Dictionary<string, PlatformRecord> byId = free.ToDictionary(r => r.Id);
        foreach (OurPunch one in open.ToList())
        {
            if (one.Punch.Record is null || !byId.TryGetValue(one.Punch.Record, out PlatformRecord? row)) continue;
            Take(one, row);
            if (Level(one.Punch.At, row.At) is null) wrongTime.Add((one, row));
            else same.Add((one, row, false));
        }

        for (int level = 0; level <= 2; level++)
        {
            foreach (OurPunch one in open.ToList())
            {
                // That a punch which we did not send is there is believed only where its time is the same.
                if (level == 2 && one.Punch.State is DeliveryState.Dead or DeliveryState.Skipped or DeliveryState.Deferred) continue;
                PlatformRecord? row = free.Find(r => r.Person == one.Punch.Person && Level(one.Punch.At, r.At) == level && (r.DeviceName == one.Place || (r.DeviceName is null && level < 2)));
                if (row is null) continue;
                Take(one, row);
                if (Settled(one)) same.Add((one, row, one.Punch.Record is null || one.Punch.State != DeliveryState.Delivered));
            }
        }

        List<PlatformRecord> doubled = [.. free.Where(r => same.Any(s => s.Ours.Punch.Person == r.Person && s.Ours.Place == r.DeviceName && Level(s.Ours.Punch.At, r.At) is not null))];
        free.RemoveAll(doubled.Contains);
        // A struck punch is looked for where it was sent, and nowhere else: somebody may have taken it away there.
        foreach (OurPunch one in open.Where(o => o.Punch is { State: DeliveryState.Delivered, Struck: false }).ToList())
        {
            PlatformRecord? row = free.Where(r => r.Person == one.Punch.Person && r.DeviceName == one.Place && Math.Abs(r.At - one.Punch.At) <= FarthestZone).MinBy(r => Math.Abs(r.At - one.Punch.At));
            PlatformRecord? other = row is null ? free.Find(r => r.Person != one.Punch.Person && r.DeviceName == one.Place && Level(one.Punch.At, r.At) is 0 or 1) : null;
            if ((row ?? other) is not { } taken) continue;
            Take(one, taken);
            (row is null ? wrongPerson : wrongTime).Add((one, taken));
        }

        return new(same, [.. open.Where(o => o.Punch.State == DeliveryState.Delivered)], wrongTime, wrongPerson, doubled, free);

        void Take(OurPunch one, PlatformRecord row)
        {
            open.Remove(one);
            free.Remove(row);
        }
    }

    // Rows of punches on their way are theirs, but nothing is concluded from them here: delivery is asking already.
    private static bool Settled(OurPunch one) => one.Punch.State is DeliveryState.Delivered or DeliveryState.Dead or DeliveryState.Skipped or DeliveryState.Deferred;

    private static int? Level(long ours, long theirs) =>
        ours == theirs ? 0 : ours / 1000 == theirs / 1000 ? 1 : ours / Minute == theirs / Minute ? 2 : null;
}
