using Devices.Fuzz.Engine;
using Devices.Fuzz.Targets;

namespace Devices.Fuzz.Tests;

/// <summary>Inputs that once broke something, in regressions.txt: target, base64, and what came of it then.</summary>
public class RegressionTests
{
    private static readonly IReadOnlyList<string[]> Lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "regressions.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => line.Split(" | ", 3))];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Lines.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_once_broke_a_parser_does_so_no_more(int row)
    {
        string[] line = Lines[row];
        line.Length.ShouldBe(3, $"line {row + 1} of regressions.txt is not 'target | base64 | what it did'");
        FuzzTarget target = FuzzTargets.All.Single(one => one.Name == line[0]);
        Finding? finding = new FuzzRun(target, 0).Try(Convert.FromBase64String(line[1]));
        finding.ShouldBeNull($"{line[2]} (as it did before)\n{finding}");
    }
}
