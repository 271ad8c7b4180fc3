namespace Devices.Bridge.Alerts;

/// <summary>
/// What has been told, kept over restarts: an alert that lasts is told once, then again after the repeat time, and its end is told to
/// whoever was told of its beginning.
/// </summary>
public sealed record AlertBook
{
    /// <summary>By cause.</summary>
    public Dictionary<string, Entry> Told { get; init; } = [];

    /// <summary>A message on its way: sent again with the same id until it is answered, so that a lost answer doubles nothing.</summary>
    public Outgoing? Message { get; init; }

    /// <summary>The last daily statistics that were made, as <c>2026-11-26 09:30</c>.</summary>
    public string? Daily { get; init; }

    /// <param name="SentAt">ms since the Unix epoch.</param>
    public sealed record Entry(string Text, AlertRank Rank, bool Momentary, long SentAt);

    /// <param name="Id">DingTalk's <c>msgUuid</c>.</param>
    /// <param name="Begun">Causes told in it, with their entries.</param>
    /// <param name="Over">Causes whose end it tells.</param>
    public sealed record Outgoing(string Id, string Title, string Text, AlertRank Rank, Dictionary<string, Entry> Begun, List<string> Over);

    /// <summary>What is to be told now, of what there is.</summary>
    /// <param name="urgentOnly">Quiet hours, or the month's messages are used up: the rest waits.</param>
    public (List<Alert> Fresh, List<Alert> Again, List<KeyValuePair<string, Entry>> Over) Due(IReadOnlyList<Alert> current, long now, TimeSpan repeat, bool urgentOnly)
    {
        ArgumentNullException.ThrowIfNull(current);
        List<Alert> fresh = [], again = [];
        foreach (Alert alert in current.DistinctBy(a => a.Cause).Where(a => !urgentOnly || a.Rank == AlertRank.Urgent))
        {
            if (!Told.TryGetValue(alert.Cause, out Entry? told)) fresh.Add(alert);
            else if (!alert.Momentary && now - told.SentAt >= repeat.TotalMilliseconds) again.Add(alert);
        }

        HashSet<string> lasting = [.. current.Select(a => a.Cause)];
        return (fresh, again, [.. Told.Where(t => !lasting.Contains(t.Key) && !t.Value.Momentary && (!urgentOnly || t.Value.Rank == AlertRank.Urgent))]);
    }

    /// <summary>Forgets what happened and needs no end, so that the next of its kind is told.</summary>
    public AlertBook WithoutPast(IReadOnlyList<Alert> current)
    {
        ArgumentNullException.ThrowIfNull(current);
        HashSet<string> lasting = [.. current.Select(a => a.Cause)];
        return this with { Told = Told.Where(t => lasting.Contains(t.Key) || !t.Value.Momentary).ToDictionary() };
    }

    /// <summary>After the message was taken.</summary>
    public AlertBook Sent()
    {
        if (Message is not { } message) return this;
        var told = Told.Where(t => !message.Over.Contains(t.Key)).ToDictionary();
        foreach (var (cause, entry) in message.Begun) told[cause] = entry;
        return this with { Told = told, Message = null };
    }
}
