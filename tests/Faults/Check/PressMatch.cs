using System.Globalization;

namespace Devices.Faults.Check;

/// <summary>Which recorded punch is which entry of one person at one terminal: an assignment by time, as good as there is one.</summary>
internal static class PressMatch
{
    private const long Day = 24 * 3600 * 1000;

    public static void Check(History history, IReadOnlyList<Press> presses, IReadOnlyList<PunchRow> rows, List<Violation> wrong)
    {
        foreach (Press press in presses.Where(p => p.Told is Told.Thanked or Told.Repeat && p.ToldName != p.Person))
            wrong.Add(new(Wrong.Misattributed, $"{press.Person} came to {press.Terminal} at {Checker.Time(press.From)} and the screen thanked '{press.ToldName}'."));

        // Those who were promised something first, then those who may have been recorded without a word; a repeat and a refusal make none. Of two
        // entries beside each other one may be without a punch of its own: they choose after those who stand alone.
        Press[] order = [.. presses.Where(p => p.Told is Told.Thanked or Told.Saved).OrderBy(p => presses.Any(o => o != p && Beside(history, p, o))).ThenBy(p => p.Told != Told.Thanked), .. presses.Where(p => p.Told is Told.Nothing)];
        int[] taken = [.. Enumerable.Repeat(-1, rows.Count)], got = [.. Enumerable.Repeat(-1, order.Length)];
        for (int p = 0; p < order.Length; p++) Assign(history, order, rows, p, taken, got, new bool[rows.Count]);

        for (int p = 0; p < order.Length; p++)
        {
            Press press = order[p];
            if (got[p] >= 0)
            {
                ToldTime(history, press, rows[got[p]], wrong);
                continue;
            }
            if (press.Told == Told.Nothing) continue;
            // Beside another one it is the same punch to the site: "saved" may have been found a repeat later, when nobody stood there any more,
            // and a "thank you" that came late may have stood there still, or was drawn anew, when the same person came again.
            if (presses.Any(p => p != press && Beside(history, press, p)) && rows.Any(r => Near(history, press with { Slack = Slack(press) }, r))) continue;
            int free = Enumerable.Range(0, rows.Count).FirstOrDefault(r => taken[r] < 0, -1);
            if (free >= 0)
            {
                taken[free] = p;
                wrong.Add(new(Wrong.Retimed, $"{Tale(press)}; the ledger has {Checker.Words(rows[free])}, {Off(press, rows[free]) / 1000.0:0.000} s off."));
            }
            else wrong.Add(new(Wrong.Lost, $"{Tale(press)}, and no ledger of {press.Terminal} has it."));
        }

        for (int r = 0; r < rows.Count; r++)
            if (taken[r] < 0) wrong.Add(new(Wrong.Doubled, $"{Checker.Words(rows[r])} is more than {rows[r].Person} made there: {string.Join(", ", presses.Select(p => $"{Checker.Time(p.From)} {p.Told}").TakeLast(6))}."));

        foreach (Press repeat in presses.Where(p => p.Told == Told.Repeat && !rows.Any(r => Near(history, p with { Slack = Slack(p) }, r))))
            wrong.Add(new(Wrong.Lost, $"{Tale(repeat)}, and {repeat.Terminal} has no punch of {repeat.Person} near that."));

        // The punch that is repeated may be from before, when the bridge's clock was still moved.
        long Slack(Press press) => presses.Where(o => Beside(history, press, o)).Max(o => o.Slack);
    }

    // Augmenting paths (Kuhn): a press takes a row from another press that can have another row.
    private static bool Assign(History history, Press[] presses, IReadOnlyList<PunchRow> rows, int press, int[] taken, int[] got, bool[] tried)
    {
        for (int r = 0; r < rows.Count; r++)
        {
            if (tried[r] || !Fits(history, presses[press], rows[r])) continue;
            tried[r] = true;
            if (taken[r] >= 0 && !Assign(history, presses, rows, taken[r], taken, got, tried)) continue;
            (taken[r], got[press]) = (press, r);
            return true;
        }
        return false;
    }

    /// <summary>Whether the row's time lies where the press was, within what the terminal says of its own uncertainty.</summary>
    private static bool Fits(History history, Press press, PunchRow row)
    {
        if (row.Method != press.Method) return false;
        // Held: the terminal says itself that it does not know when. HR decides.
        if (row.At is not { } at || row.Uncertainty < 0) return true;
        long within = row.Uncertainty + history.Tolerance + press.Slack;
        return at >= press.From - within && at <= press.To + within;
    }

    // Made so near to each other that the site counts them as one.
    private static bool Beside(History history, Press one, Press other)
    {
        long within = history.RepeatWindow + history.Tolerance + one.Slack + other.Slack;
        return other.From <= one.To + within && other.To >= one.From - within;
    }

    private static bool Near(History history, Press press, PunchRow row)
    {
        if (row.At is not { } at || row.Uncertainty < 0) return true;
        long within = history.RepeatWindow + row.Uncertainty + history.Tolerance + press.Slack;
        return at >= press.From - within && at <= press.To + within;
    }

    // The minute on the screen is the punch's, by what was known then.
    private static void ToldTime(History history, Press press, PunchRow row, List<Violation> wrong)
    {
        if (press.Told != Told.Thanked || row.At is not { } at || row.Uncertainty < 0 || press.ToldTime is not { Length: 5 } text || text == "--:--") return;
        if (!TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly told)) return;
        long begin = (long)told.ToTimeSpan().TotalMilliseconds, local = Modulo(at + history.OffsetMinutes * 60_000L, Day);
        long off = Math.Min(Modulo(local - begin, Day), Modulo(begin - local, Day));
        // Within the minute that was shown, give or take what is uncertain.
        if (off > 60_000 + row.Uncertainty + history.Tolerance + press.Slack && row.Clock != "corrected")
            wrong.Add(new(Wrong.Retimed, $"{Tale(press)}; the ledger has {Checker.Words(row)}."));
    }

    private static long Off(Press press, PunchRow row) => row.At is not { } at ? 0 : at < press.From ? at - press.From : at > press.To ? at - press.To : 0;

    private static string Tale(Press press) =>
        $"{press.Person} was told '{press.Told}'{(press.ToldTime is null ? "" : " " + press.ToldTime)} by {press.Method} at {press.Terminal} between {Checker.Time(press.From)} and {Checker.Time(press.To)}";

    private static long Modulo(long value, long by) => ((value % by) + by) % by;
}
