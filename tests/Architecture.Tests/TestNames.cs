using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>The full names of all tests, read from their sources, for documents that name them.</summary>
internal static partial class TestNames
{
    /// <summary>Every <c>Project.Class.Method</c> below tests/ that is a fact or a theory.</summary>
    public static IReadOnlySet<string> All { get; } = Read();

    /// <summary>The tests that a text names, in back quotes.</summary>
    public static IEnumerable<string> In(string text) => Named().Matches(text).Select(match => match.Groups[1].Value);

    private static HashSet<string> Read()
    {
        HashSet<string> tests = new(StringComparer.Ordinal);
        foreach (string file in Repository.Files("*.cs").Where(f => Repository.Relative(f).StartsWith("tests/", StringComparison.Ordinal)))
        {
            string project = Repository.Relative(file).Split('/')[1], type = "";
            bool marked = false;
            foreach (string line in File.ReadLines(file))
            {
                if (Type().Match(line) is { Success: true } declared) type = declared.Groups[1].Value;
                marked |= Mark().IsMatch(line);
                if (!marked || Method().Match(line) is not { Success: true } method) continue;
                tests.Add($"{project}.{type}.{method.Groups[1].Value}");
                marked = false;
            }
        }

        return tests;
    }

    [GeneratedRegex(@"`([A-Z]\w+\.Tests\.\w+\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\s*(?:\[.*\]\s*)?(?:public|internal|private|file)?\s*(?:sealed |static |abstract |partial )*(?:class|record) (\w+)")]
    private static partial Regex Type();

    [GeneratedRegex(@"^\s*\[(?:Fact|Theory)\b")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^\s*public (?:static )?(?:async )?(?:void|Task|ValueTask) (\w+)\(")]
    private static partial Regex Method();
}
