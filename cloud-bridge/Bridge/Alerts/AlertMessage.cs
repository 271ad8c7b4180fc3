using System.Globalization;
using System.Text;
using NodaTime;

namespace Devices.Bridge.Alerts;

/// <summary>One Markdown message for all that is due: a robot may send 20 a minute and is blocked for ten beyond that, so alerts are gathered.</summary>
public static class AlertMessage
{
    private const int MostLines = 30;
    private const int LongestLine = 300;

    /// <param name="now">Told in the site's own time with its offset (apitable/apitable#530: times in UTC mislead).</param>
    public static AlertBook.Outgoing? Compose(AlertBook book, IReadOnlyList<Alert> current, ZonedDateTime now, TimeSpan repeat, bool urgentOnly, AlertWords words)
    {
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(words);
        long ms = now.ToInstant().ToUnixTimeMilliseconds();
        var (fresh, again, over) = book.Due(current, ms, repeat, urgentOnly);
        if (fresh.Count + again.Count + over.Count == 0) return null;
        AlertRank rank = fresh.Concat(again).Any(a => a.Rank == AlertRank.Urgent) ? AlertRank.Urgent : AlertRank.Normal;
        string title = rank == AlertRank.Urgent ? $"{words.Urgent}: {words.Title}" : words.Title;
        var lines = fresh.OrderByDescending(a => a.Rank).Select(a => (words.New, a.Text))
            .Concat(again.OrderByDescending(a => a.Rank).Select(a => (words.Still, a.Text)))
            .Concat(over.Select(o => (words.Over, o.Value.Text))).ToList();
        var text = new StringBuilder().Append("### ").Append(title).Append("\n\n")
            .Append(now.ToString("uuuu-MM-dd HH:mm:ss o<+HH:mm>", CultureInfo.InvariantCulture)).Append("\n\n");
        foreach (var (head, sentence) in lines.Take(MostLines)) text.Append("- **").Append(head).Append("** ").Append(Plain(sentence)).Append('\n');
        if (lines.Count > MostLines) text.Append("- ").Append(words.More(lines.Count - MostLines)).Append('\n');
        return new(Guid.NewGuid().ToString("N"), title, text.ToString(), rank,
            fresh.Concat(again).ToDictionary(a => a.Cause, a => new AlertBook.Entry(a.Text, a.Rank, a.Momentary, ms)), [.. over.Select(o => o.Key)]);
    }

    // A sentence may hold text from a terminal: it must not become a heading, a link or a mention.
    internal static string Plain(string sentence)
    {
        string cut = sentence.Length > LongestLine ? sentence[..LongestLine] + "…" : sentence;
        var plain = new StringBuilder(cut.Length);
        foreach (char c in cut)
        {
            if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '(' or ')' or '#' or '<' or '>' or '!' or '|') plain.Append('\\');
            plain.Append(char.IsControl(c) ? ' ' : c == '@' ? '＠' : c);
        }

        return plain.ToString();
    }
}
