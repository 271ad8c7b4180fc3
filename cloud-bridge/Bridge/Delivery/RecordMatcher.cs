using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// Finds a punch among the platform's rows. The platform gives no record id on upload, so a row is ours when userid and
/// place are equal and the times agree to the millisecond, or failing that to the second (it may cut milliseconds), or failing
/// that lie in the same minute (it collapses a person's punches to one event a minute). A row that fits another of the person's
/// punches better is that one's. A row proves one punch only: callers pass the rows already taken.
/// </summary>
public static class RecordMatcher
{
    private const int Exact = 0;
    private const int SameSecond = 1;
    private const int SameMinute = 2;
    private const int Apart = 3;

    /// <summary>The row that is this punch, or null.</summary>
    /// <param name="others">The person's other punches at the terminal in the same minute.</param>
    /// <param name="accepted">
    /// Whether the platform said yes to this punch. Where it did not (the upload is ambiguous), punches that it did say yes to and has
    /// not shown yet come first: only a row beyond theirs is proof.
    /// </param>
    public static PlatformRecord? Find(
        DeliveryItem item, IEnumerable<PlatformRecord> records, Func<PlatformRecord, bool> taken, IReadOnlyList<Neighbour>? others = null, bool accepted = true)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(taken);
        others ??= [];
        List<PlatformRecord> rows = [.. records.Where(r => r.Person == item.Person && Fits(item, r) && !taken(r))];
        for (int level = Exact; level <= SameMinute; level++)
        {
            List<PlatformRecord> free = [.. rows.Where(r => Level(r.At, item.At) == level && !others.Any(o => Level(r.At, o.At) < level))];
            if (free.Count == 0) continue;
            // A punch on the full second looks alike whether milliseconds were cut or not.
            int reach = level == Exact && item.At % 1000 == 0 ? SameSecond : level;
            int claims = accepted ? 0 : others.Count(o => o.Awaiting && free.Any(r => Level(r.At, o.At) <= reach)
                && !rows.Any(r => !free.Contains(r) && Level(r.At, o.At) <= reach));
            if (free.Count > claims) return free[0];
        }

        return null;
    }

    // A row that names no place is not evidence against us, but then its time must be ours.
    private static bool Fits(DeliveryItem item, PlatformRecord row) => row.DeviceName is null
        ? Level(row.At, item.At) <= SameSecond
        : row.DeviceName == item.DeviceName && Level(row.At, item.At) <= SameMinute;

    private static int Level(long row, long punch) =>
        row == punch ? Exact : row / 1000 == punch / 1000 ? SameSecond : row / 60_000 == punch / 60_000 ? SameMinute : Apart;
}
