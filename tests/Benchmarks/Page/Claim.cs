namespace Devices.Benchmarks.Page;

/// <summary>
/// One thing that the project says of itself, and where in a section's tables its figure stands. A goal of null is a figure without a
/// limit, given for its own sake.
/// </summary>
/// <param name="Text">What is claimed, in words.</param>
/// <param name="Table">Which table of the section that has such a row and head, from 0.</param>
/// <param name="Row">The first cells of its row.</param>
/// <param name="Head">The head of its column; the last one of that name.</param>
/// <param name="Goal">The limit or the goal against the peer.</param>
/// <param name="Unit">Written after the figure.</param>
/// <param name="Against">The peer or what sets the limit.</param>
internal sealed record Claim(string Text, int Table, IReadOnlyList<string> Row, string Head, Goal? Goal, string Unit, string Against)
{
    /// <summary>The cell as it stands in the section; null where the section has no such cell.</summary>
    public string? Find(string section) =>
        MarkdownTable.In(section).Select(table => table.Cell(Row, Head)).Where(cell => cell is not null).Skip(Table).FirstOrDefault();

    /// <summary>The claim as a row of the first table of the page.</summary>
    public string Line(string section, string anchor)
    {
        string? cell = Find(section);
        double? figure = MarkdownTable.Number(cell);
        string met = figure is null ? "**not measured**" : Goal is null ? "–" : Goal.Met(figure.Value) ? "yes" : "**no**";
        return $"| [{Text}](#{anchor}) | {(figure is null ? "" : cell + (cell!.EndsWith(Unit, StringComparison.Ordinal) ? "" : Unit))} | {Against} | {(Goal is null ? "–" : $"{Goal}{Unit}")} | {met} |";
    }
}

/// <summary>A limit: at most or at least so much.</summary>
internal sealed record Goal(double Limit, bool AtMost)
{
    public static Goal Most(double limit) => new(limit, true);

    public static Goal Least(double limit) => new(limit, false);

    public bool Met(double figure) => AtMost ? figure <= Limit : figure >= Limit;

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(AtMost ? "≤" : "≥")} {Limit:0.###}");
}
