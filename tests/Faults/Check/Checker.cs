using System.Globalization;

namespace Devices.Faults.Check;

/// <summary>
/// Compares what people were told on the screen with what the ledgers, the bridge's store, HR's page and the platform have: accepted ⊆
/// stored ⊆ shown, exactly once, at the right time, for the right person. It knows none of the product's code.
/// </summary>
public static class Checker
{
    private static readonly string[] Final = ["delivered", "dead", "held", "skipped"];

    /// <summary>Every difference; none means that the promise was kept.</summary>
    public static IReadOnlyList<Violation> Check(History history)
    {
        ArgumentNullException.ThrowIfNull(history);
        List<Violation> wrong = [];
        IReadOnlyList<PunchRow> recorded = Union(history, wrong);
        Stored(history, recorded, wrong);
        Shown(history, wrong);
        Platform(history, wrong);
        Forks(history, wrong);
        foreach (IGrouping<(string Terminal, string Person), Press> one in history.Presses.GroupBy(p => (p.Terminal, p.Person)))
            PressMatch.Check(history, [.. one], [.. recorded.Where(r => r.Terminal == one.Key.Terminal && r.Person == one.Key.Person).OrderBy(r => r.Uncertainty < 0)], wrong);
        foreach (PunchRow row in recorded.Where(r => !history.Presses.Any(p => p.Terminal == r.Terminal && p.Person == r.Person)))
            wrong.Add(new(Wrong.Misattributed, $"{row.Id} is a punch of {row.Person}, who was never at {row.Terminal}."));
        return wrong;
    }

    /// <summary>Whether the exceptions list shows that this ledger was forked, or that its board came back older than it was.</summary>
    internal static bool ForkShown(History history, string terminal, string ledger) =>
        history.Exceptions.Any(e => e.Code is "fork" or "rewound" && e.Terminal == terminal && string.Equals(e.Ledger, ledger, StringComparison.OrdinalIgnoreCase));

    // What the terminals recorded: copies of one board share the same punches. Two different punches under one id are a fork, and only that.
    private static List<PunchRow> Union(History history, List<Violation> wrong)
    {
        List<PunchRow> all = [];
        foreach (IGrouping<string, PunchRow> same in history.Ledgers.SelectMany(l => l.Rows).GroupBy(r => r.Id))
        {
            // A copy that was made before a punch got its time has it without.
            PunchRow[] settled = [.. same.Where(r => r.At is not null).Distinct()];
            PunchRow[] rows = settled.Length > 0 ? settled : [.. same.DistinctBy(r => (r.Person, r.Method))];
            if (rows.Length > 1 && !ForkShown(history, rows[0].Terminal, rows[0].Ledger))
                wrong.Add(new(Wrong.Hidden, $"Two ledgers have different punches as {same.Key} ({string.Join(" and ", rows.Select(Words))}), and HR's exceptions show no fork."));
            all.AddRange(rows);
        }
        foreach (LedgerCopy copy in history.Ledgers)
            foreach (IGrouping<string, PunchRow> twice in copy.Rows.GroupBy(r => r.Id).Where(g => g.Count() > 1))
                wrong.Add(new(Wrong.Doubled, $"The ledger {copy.Name} has {twice.Key} {twice.Count()} times."));
        return all;
    }

    private static void Stored(History history, IReadOnlyList<PunchRow> recorded, List<Violation> wrong)
    {
        ILookup<string, PunchRow> store = history.Store.ToLookup(r => r.Id), ledger = recorded.ToLookup(r => r.Id);
        foreach (IGrouping<string, PunchRow> rows in store)
        {
            if (rows.Count() > 1) wrong.Add(new(Wrong.Doubled, $"The bridge's store has {rows.Key} {rows.Count()} times."));
            PunchRow row = rows.First();
            PunchRow[] own = [.. ledger[rows.Key]];
            if (own.Length == 0) wrong.Add(new(Wrong.Doubled, $"The bridge's store has {Words(row)}, which no ledger of {row.Terminal} has."));
            else if (!own.Any(o => o.Person == row.Person)) wrong.Add(new(Wrong.Misattributed, $"The bridge's store has {Words(row)}; the ledger has {Words(own[0])}."));
            else if (!own.Any(o => o.Person == row.Person && o.At == row.At && o.Clock == row.Clock && o.Uncertainty == row.Uncertainty))
                wrong.Add(new(Wrong.Retimed, $"The bridge's store has {Words(row)}; the ledger has {Words(own[0])}."));
        }
        foreach (PunchRow row in recorded)
        {
            bool there = store[row.Id].Any(s => s.Person == row.Person && s.At == row.At);
            // What a stopped ledger still holds is kept on the board, and HR sees that it is stopped.
            if (!there && !ForkShown(history, row.Terminal, row.Ledger)) wrong.Add(new(Wrong.Lost, $"The bridge's store lacks {Words(row)}, and HR's exceptions do not say why."));
        }
    }

    private static void Shown(History history, List<Violation> wrong)
    {
        ILookup<string, ShownRow> shown = history.Shown.ToLookup(r => r.Id);
        HashSet<string> known = [.. history.Store.Select(r => r.Id)];
        foreach (PunchRow row in history.Store.DistinctBy(r => r.Id))
        {
            ShownRow[] there = [.. shown[row.Id]];
            if (there.Length == 0) wrong.Add(new(Wrong.Hidden, $"HR's page lacks {Words(row)}."));
            if (there.Length > 1) wrong.Add(new(Wrong.Doubled, $"HR's page shows {row.Id} {there.Length} times."));
            foreach (ShownRow one in there)
            {
                if (one.Person != row.Person) wrong.Add(new(Wrong.Misattributed, $"HR's page shows {row.Id} as {one.Person}'s; the store has {Words(row)}."));
                if (one.At != row.At) wrong.Add(new(Wrong.Retimed, $"HR's page shows {row.Id} at {Time(one.At)}; the store has {Words(row)}."));
                if (!Final.Contains(one.State)) wrong.Add(new(Wrong.Hidden, $"{Words(row)} is still '{one.State}' after everything had time to settle."));
            }
        }
        // What HR has to decide on stands on HR's exceptions page, each.
        Listed(history, "held", history.Listed.GetValueOrDefault("held"), wrong);
        Listed(history, "dead", history.Listed.GetValueOrDefault("dead") + history.Listed.GetValueOrDefault("unknown"), wrong);
        foreach (ShownRow extra in history.Shown.Where(r => !known.Contains(r.Id))) wrong.Add(new(Wrong.Doubled, $"HR's page shows {extra.Id} of {extra.Person}, which the store has not."));
    }

    private static void Listed(History history, string state, long listed, List<Violation> wrong)
    {
        int count = history.Shown.Count(r => r.State == state);
        if (listed < count) wrong.Add(new(Wrong.Hidden, $"{count} punches are '{state}', and HR's exceptions page lists {listed} of them."));
    }

    // The platform keeps no id of ours: person and millisecond are the punch there.
    private static void Platform(History history, List<Violation> wrong)
    {
        ILookup<string, ShownRow> shown = history.Shown.ToLookup(r => r.Id);
        var there = history.Platform.GroupBy(r => (r.Person, r.At)).ToDictionary(g => g.Key, g => g.Count());
        var ours = history.Store.DistinctBy(r => r.Id).GroupBy(r => (r.Person, At: r.At ?? 0));
        foreach (IGrouping<(string Person, long At), PunchRow> group in ours)
        {
            int count = there.GetValueOrDefault(group.Key);
            int delivered = group.Count(r => shown[r.Id].Any(s => s.State == "delivered"));
            if (count < delivered)
            {
                wrong.Add(history.Unrecorded.Contains(group.Key.Person)
                    ? new(Wrong.Hidden, $"The platform said yes to {Words(group.First())} and has no record; HR's page still says 'delivered'.")
                    : new(Wrong.Lost, $"The platform lacks {Words(group.First())}, which HR's page calls delivered."));
            }
            if (count > group.Count()) wrong.Add(new(Wrong.Doubled, $"The platform has {group.Key.Person}'s punch at {Time(group.Key.At)} {count} times; it was made {group.Count()} times."));
            if (group.All(r => shown[r.Id].Any(s => s.State == "held")) && count > 0) wrong.Add(new(Wrong.Retimed, $"{Words(group.First())} waits for HR's word about its time and went to the platform nevertheless."));
        }
        HashSet<(string, long)> known = [.. ours.Select(g => g.Key)];
        foreach (((string person, long at), int count) in there.Where(t => !known.Contains(t.Key)))
            wrong.Add(new(Wrong.Doubled, $"The platform has a punch of {person} at {Time(at)} that the bridge has not."));
    }

    private static void Forks(History history, List<Violation> wrong)
    {
        foreach (ForkSeen fork in history.Forks)
        {
            if (!ForkShown(history, fork.Terminal, fork.Ledger)) wrong.Add(new(Wrong.Hidden, $"The ledger {fork.Terminal}/{fork.Ledger} was forked, and HR's exceptions do not show it."));
            if (!fork.TerminalAlerted) wrong.Add(new(Wrong.Hidden, $"The ledger {fork.Terminal}/{fork.Ledger} was forked, and the terminal did not say so."));
        }
    }

    internal static string Words(PunchRow row) =>
        $"{row.Id} of {row.Person} at {(row.At is { } at ? Time(at) : "a time not yet settled")} ({row.Clock}{(row.Uncertainty >= 0 ? $", to {row.Uncertainty} ms" : "")})";

    internal static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
