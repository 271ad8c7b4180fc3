using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>tests/CASES.md: each public failure that was collected has a test here that bears its name, or a sentence why it cannot apply.</summary>
public partial class CaseTests
{
    private static readonly IReadOnlyList<Row> Rows = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "CASES.md"))
        .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal) && !l.StartsWith("| report ", StringComparison.Ordinal))
        .Select(l => l.Trim('|', ' ').Split(" | "))
        .Select(cells => cells.Length == 3 ? new Row(Reports(cells[0]), cells[2]) : throw new InvalidDataException($"A row of tests/CASES.md has {cells.Length} cells instead of 3: {cells[0]}"))];

    [Fact]
    public void Every_row_names_tests_that_exist_or_says_why_none_can()
    {
        Rows.Count.ShouldBeGreaterThan(50);
        IReadOnlySet<string> tests = TestNames.All;
        tests.Count.ShouldBeGreaterThan(1_500, "the scan sees the tests at all");
        foreach (Row row in Rows)
        {
            string[] named = [.. TestNames.In(row.Here)];
            if (named.Length == 0) row.Here.ShouldMatch("^cannot apply: .{40,}$", $"{row.Reports[0]} has neither a test nor a reason");
            named.Except(tests).ShouldBeEmpty($"named for {row.Reports[0]}");
        }
    }

    [Fact]
    public void The_first_test_of_a_row_bears_the_name_of_one_of_its_reports()
    {
        foreach (Row row in Rows)
        {
            if (TestNames.In(row.Here).FirstOrDefault() is not { } first) continue;
            string method = first.Split('.')[^1];
            row.Reports.ShouldContain(r => r.Contains('#') ? method.Contains($"_{r.Split('#')[1]}_", StringComparison.Ordinal) : method.StartsWith(r + "_", StringComparison.Ordinal), method);
        }
    }

    [Fact]
    public void No_report_stands_twice() =>
        Rows.SelectMany(r => r.Reports).GroupBy(r => r, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();

    [Fact]
    public void Every_report_of_the_collection_has_a_row()
    {
        string collection = Path.Combine(Repository.Root, "..", "shared", "cases.md");
        Assert.SkipUnless(File.Exists(collection), "The collection of reports (../shared/cases.md) lies beside the checkout only where it is kept up; the rows are checked all the same.");
        string[] wanted = [.. File.ReadLines(collection).Where(l => l.StartsWith("- ", StringComparison.Ordinal)).SelectMany(l => Reports(l[2..].Split('→')[0])).Distinct(StringComparer.OrdinalIgnoreCase)];
        wanted.Length.ShouldBeGreaterThan(90);
        wanted.Except(Rows.SelectMany(r => r.Reports), StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }

    /// <summary><c>repository#number</c> of each, the repository without its owner; the first word where a line has no number.</summary>
    private static IReadOnlyList<string> Reports(string text)
    {
        List<string> found = [];
        string repository = "";
        foreach (Match match in Report().Matches(text))
        {
            if (match.Groups["repository"].Value is { Length: > 0 } named && named != "PR") repository = named.Split('/')[^1];
            found.Add($"{repository}#{match.Groups["number"].Value}");
        }

        return found.Count > 0 ? [.. found.Distinct(StringComparer.OrdinalIgnoreCase)] : [FirstWord().Match(text).Value];
    }

    private sealed record Row(IReadOnlyList<string> Reports, string Here);

    [GeneratedRegex(@"(?:(?<repository>[\w.-]+(?:/[\w.-]+)*)(?: PR)?)?#(?<number>\d+)")]
    private static partial Regex Report();

    [GeneratedRegex(@"\w+")]
    private static partial Regex FirstWord();
}
