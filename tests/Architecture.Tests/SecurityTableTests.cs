using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>tests/SECURITY.md and tests/EN303645.md: what they name as evidence exists.</summary>
public partial class SecurityTableTests
{
    // EN 303 645 V2.1.1: how many provisions each heading has.
    private static readonly (string Heading, int Count)[] Provisions =
        [("5.1", 5), ("5.2", 3), ("5.3", 16), ("5.4", 4), ("5.5", 8), ("5.6", 9), ("5.7", 2), ("5.8", 3), ("5.9", 3), ("5.10", 1), ("5.11", 4), ("5.12", 3), ("5.13", 1), ("6", 5)];

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, "tests", file));

    [Fact]
    public void Every_attempt_has_a_test_that_exists_and_a_file_where_it_is_stopped()
    {
        string[][] rows = Rows(Text("SECURITY.md"), "## Attempts", 5);
        rows.Length.ShouldBeGreaterThan(60);
        foreach (string[] row in rows)
        {
            File.Exists(Path.Combine(Repository.Root, row[3])).ShouldBeTrue($"{row[0]}, {row[1]}: there is no {row[3]}");
            TestNames.In(row[4]).ShouldNotBeEmpty($"{row[0]}, {row[1]} has no test");
            TestNames.In(row[4]).Except(TestNames.All).ShouldBeEmpty($"named for {row[0]}, {row[1]}");
        }
    }

    [Theory]
    [InlineData("the wall-side cable")]
    [InlineData("the network")]
    [InlineData("a stolen board")]
    [InlineData("a printed photo")]
    [InlineData("a replayed phone video")]
    [InlineData("an HR password")]
    [InlineData("a malicious terminal, with a good certificate")]
    [InlineData("the update server")]
    [InlineData("the technician's laptop")]
    public void The_attackers_that_the_design_names_are_in_the_table(string attacker) =>
        Rows(Text("SECURITY.md"), "## Attempts", 5).Count(row => row[0] == attacker).ShouldBeGreaterThan(1);

    [Fact]
    public void Every_test_that_the_page_names_anywhere_exists() => TestNames.In(Text("SECURITY.md") + Text("EN303645.md")).Except(TestNames.All).ShouldBeEmpty();

    [Fact]
    public void The_policy_says_where_to_report_and_for_how_long_there_are_updates()
    {
        string text = Text("SECURITY.md");
        foreach (string heading in (string[])["## Reporting a vulnerability", "## Supported versions and for how long"]) text.ShouldContain(heading);
        text.ShouldMatch("within [0-9]+ working days");
        text.ShouldContain("**5 years**");
        File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ShouldContain("tests/SECURITY.md", Case.Sensitive, "who looks for it begins at the top");
    }

    [Theory]
    [InlineData("firmware/README.md")]
    [InlineData("edge-agent/README.md")]
    [InlineData("edge-agent/Vision/README.md")]
    [InlineData("edge-agent/Ledger/README.md")]
    [InlineData("cloud-bridge/README.md")]
    [InlineData("cloud-bridge/Bridge/Delivery/Targets/README.md")]
    [InlineData("cloud-bridge/Bridge/Wifi/README.md")]
    [InlineData("models/README.md")]
    [InlineData("hardware/README.md")]
    [InlineData("tools/README.md")]
    public void Each_part_says_what_it_stands_against_and_where_the_tests_are(string readme)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, readme));
        text.ShouldMatch("(?m)^## Threat");
        text.ShouldContain("tests/SECURITY.md", Case.Sensitive, $"{readme} links to the table");
    }

    [Fact]
    public void Every_provision_of_EN_303_645_is_there_once_with_evidence_or_an_honest_gap()
    {
        string[][] rows = Rows(Text("EN303645.md"), "# ETSI EN 303 645 (V2.1.1), provision by provision", 5);
        rows.Select(row => row[0]).ShouldBe(Provisions.SelectMany(one => Enumerable.Range(1, one.Count).Select(number => $"{one.Heading}-{number}")), ignoreOrder: false);
        foreach (string[] row in rows)
        {
            string[] files = [.. Files().Matches(row[4]).Select(match => match.Groups[1].Value)], tests = [.. TestNames.In(row[4])];
            row[2].ShouldBeOneOf("met", "partly", "gap", "not applicable");
            if (row[2] is "met" or "partly") (files.Length + tests.Length).ShouldBeGreaterThan(0, $"{row[0]} has no evidence");
            else row[3].Length.ShouldBeGreaterThan(20, $"{row[0]} says why");
            tests.Except(TestNames.All).ShouldBeEmpty(row[0]);
            files.Where(file => !File.Exists(Path.Combine(Repository.Root, file))).ShouldBeEmpty(row[0]);
        }
    }

    private static string[][] Rows(string text, string heading, int cells) =>
        [.. text.Split('\n').SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)
            .Select(line => line[2..line.LastIndexOf('|')].TrimEnd().Split(" | ") is var row && row.Length == cells - 1 && line.Contains("| |", StringComparison.Ordinal) ? [.. row, ""] : row)
            .Select(row => row.Length == cells ? row : throw new InvalidDataException($"A row below '{heading}' has {row.Length} cells instead of {cells}: {row[0]}"))];

    [GeneratedRegex("`([a-z][A-Za-z-]*/[^`]+)`")]
    private static partial Regex Files();
}
