namespace Devices.PowerCut.Scenarios;

/// <summary>Something was asked for that changes a record.</summary>
/// <param name="What">In a word.</param>
/// <param name="Several">Whether it is several commits, of which some may be there and others not.</param>
internal sealed record RecordAsked(string What, bool Several = false) : Asked(What)
{
    /// <summary>Beginnings of the keys that it may change, for where it was refused and may have happened all the same.</summary>
    public IReadOnlyList<string> Touches { get; init; } = [];

    /// <summary>For the scenario's own use.</summary>
    public object? Detail { get; init; }
}

/// <summary>It was refused; it may be on the disk all the same.</summary>
internal sealed record RecordRefused(string What) : Asked(What);

/// <summary>All that a store holds after an answer, as words by key: it was read back, and somebody may have been told any of it.</summary>
internal sealed record RecordStands(IReadOnlyDictionary<string, string> Values)
{
    public override string ToString() => $"{Values.Count} records";
}

/// <summary>
/// What may be found after a cut. One thing asked is one commit: all of it is there or nothing, so the store is as it stood before or as it
/// stood after. Of several commits each key is as before or as after.
/// </summary>
internal static class RecordOracle
{
    public static void Compare(Told told, IReadOnlyDictionary<string, string> found)
    {
        int last = told.Facts.ToList().FindLastIndex(fact => fact is RecordStands);
        if (last < 0) return;
        IReadOnlyDictionary<string, string> before = ((RecordStands)told.Facts[last]).Values;
        RecordAsked[] asked = [.. told.Facts.Skip(last + 1).OfType<RecordAsked>()];
        IReadOnlyDictionary<string, string>? after = asked.Length > 0 ? (told.Next as RecordStands)?.Values : null;
        if (Difference(before, found) is not { } difference) return;
        string what = asked.Length == 0 ? "nothing was asked" : string.Join(", ", asked.Select(one => one.What));
        Promise.Holds(asked.Length > 0, $"{difference} ({what})");
        string? other = after is null ? null : Difference(after, found);
        if (after is not null && other is null) return;
        bool refused = told.Facts.Skip(last + 1).OfType<RecordRefused>().Any();
        Promise.Holds(refused || asked.Any(one => one.Several), $"neither as before nor as after: {difference}; {other} ({what})");
        foreach (string key in before.Keys.Concat(found.Keys).Concat(after?.Keys ?? []).Distinct())
        {
            string? was = before.GetValueOrDefault(key), now = found.GetValueOrDefault(key), next = after?.GetValueOrDefault(key);
            if (now == was || (after is not null && now == next)) continue;
            // Refused, and on the disk all the same: it may have been done, but nothing else with it.
            Promise.Holds(refused && asked.Any(one => one.Touches.Any(touched => key.StartsWith(touched, StringComparison.Ordinal))), $"{key} was {Promise.Short(was)}, would be {Promise.Short(next)}, is {Promise.Short(now)} ({what})");
        }
    }

    private static string? Difference(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> found)
    {
        foreach ((string key, string value) in expected)
        {
            if (!found.TryGetValue(key, out string? now)) return $"{key} ({Promise.Short(value)}) is lost";
            if (now != value) return $"{key} was {Promise.Short(value)} and is {Promise.Short(now)}";
        }

        return found.Keys.FirstOrDefault(key => !expected.ContainsKey(key)) is { } more ? $"{more} ({Promise.Short(found[more])}) is there though nobody was told" : null;
    }
}
