namespace Devices.Bridge.Delivery;

/// <summary>Packs punches into as few record-list questions as the platform's limits of people and days allow.</summary>
public static class LookupPlanner
{
    // The list is asked a minute beyond the punch on both sides: the platform may round, and the match is by the minute.
    private const long Margin = 60_000;

    /// <summary>Each punch is covered by exactly one query; items of one query come with it.</summary>
    public static IReadOnlyList<(LookupQuery Query, IReadOnlyList<T> Items)> Plan<T>(
        IEnumerable<T> items, Func<T, DeliveryItem> item, int maxPersons, TimeSpan maxSpan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPersons, 1);
        long span = (long)maxSpan.TotalMilliseconds - (2 * Margin) - 1000;
        ArgumentOutOfRangeException.ThrowIfLessThan(span, 0, nameof(maxSpan));
        List<(List<T> Items, HashSet<string> Persons, long First, long Last)> open = [];
        foreach (T one in items.OrderBy(i => item(i).At))
        {
            DeliveryItem punch = item(one);
            int at = open.FindIndex(w => punch.At - w.First <= span && (w.Persons.Contains(punch.Person) || w.Persons.Count < maxPersons));
            if (at < 0)
            {
                open.Add(([one], [punch.Person], punch.At, punch.At));
                continue;
            }

            var window = open[at];
            window.Items.Add(one);
            window.Persons.Add(punch.Person);
            window.Last = punch.At;
            open[at] = window;
        }

        return [.. open.Select(w => (new LookupQuery([.. w.Persons.Order(StringComparer.Ordinal)], w.First - Margin, w.Last + Margin), (IReadOnlyList<T>)w.Items))];
    }
}
