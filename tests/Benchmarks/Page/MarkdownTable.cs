using System.Globalization;
using System.Text.RegularExpressions;

namespace Devices.Benchmarks.Page;

/// <summary>A table as the benchmarks print it (GitHub's Markdown): its heads and the cells of each row.</summary>
internal sealed partial record MarkdownTable(IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>All tables of a text, in order.</summary>
    public static IReadOnlyList<MarkdownTable> In(string text)
    {
        List<MarkdownTable> found = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            if (!lines[i].StartsWith('|') || !Rule().IsMatch(lines[i + 1].Trim())) continue;
            List<IReadOnlyList<string>> rows = [];
            int end = i + 2;
            for (; end < lines.Length && lines[end].StartsWith('|'); end++) rows.Add(Cells(lines[end]));
            found.Add(new(Cells(lines[i]), rows));
            i = end - 1;
        }

        return found;
    }

    /// <summary>The cell below the given head in the row that begins with the given cells; null where there is none.</summary>
    public string? Cell(IReadOnlyList<string> row, string head)
    {
        int column = Heads.ToList().FindLastIndex(one => one == head);
        IReadOnlyList<string>? found = Rows.FirstOrDefault(one => one.Count >= row.Count && row.Index().All(part => one[part.Index] == part.Item));
        return column < 0 || found is null || column >= found.Count ? null : found[column];
    }

    /// <summary>The first number in a cell: <c>**0.48**</c> is 0.48, <c>1,234 ms</c> is 1234. Null where there is none.</summary>
    public static double? Number(string? cell) =>
        cell is not null && FirstNumber().Match(cell) is { Success: true } found
            ? double.Parse(found.Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) : null;

    private static List<string> Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Replace("**", "", StringComparison.Ordinal).Trim())];

    [GeneratedRegex(@"^\|(\s*:?-+:?\s*\|)+$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"-?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?")]
    private static partial Regex FirstNumber();
}
