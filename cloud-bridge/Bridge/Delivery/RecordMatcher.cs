namespace Devices.Bridge.Delivery;

/// <summary>
/// Finds a punch among the platform's rows. The platform gives no record id on upload, so a row is ours when userid and
/// place are equal and the times agree to the second (it may cut milliseconds), or failing that lie in the same minute
/// (it collapses a person's punches to one event a minute). A row proves one punch only: callers pass the rows already taken.
/// </summary>
public static class RecordMatcher
{
    private const long Second = 1000;
    private const long Minute = 60_000;

    /// <summary>The row that is this punch, or null.</summary>
    public static PlatformRecord? Find(DeliveryItem item, IEnumerable<PlatformRecord> records, Func<PlatformRecord, bool> taken)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(taken);
        PlatformRecord? sameMinute = null;
        foreach (PlatformRecord record in records)
        {
            if (record.Person != item.Person || record.DeviceName != item.DeviceName || taken(record)) continue;
            if (record.At / Second == item.At / Second) return record;
            if (record.At / Minute == item.At / Minute) sameMinute ??= record;
        }

        return sameMinute;
    }
}
