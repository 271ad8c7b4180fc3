using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests;

public sealed class ExitCodeTests
{
    [Fact]
    public void Every_code_has_its_own_number_and_name_a_sentence_and_a_remedy()
    {
        ExitCodes.All.Select(c => c.Number).ShouldBeUnique();
        ExitCodes.All.Select(c => c.Name).ShouldBeUnique();
        ExitCodes.All.ShouldAllBe(c => c.Number >= 0 && c.Number <= 255 && c.Sentence.EndsWith('.'));
        ExitCodes.All.Where(c => c != ExitCodes.Ok).ShouldAllBe(c => c.Remedy.EndsWith('.'));
        typeof(ExitCodes).GetFields().Select(f => (ExitCode)f.GetValue(null)!).ShouldBeSubsetOf(ExitCodes.All);
    }

    [Fact]
    public void The_readme_lists_every_code()
    {
        string readme = File.ReadAllText(Path.Combine(Packs.Root(), "tools", "README.md"));
        foreach (ExitCode code in ExitCodes.All)
            readme.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"| {code.Number} | `{code.Name}` |"));
    }

    [Theory]
    [InlineData("models", "instal")]
    [InlineData("models", "list", "--nope")]
    [InlineData("ledger", "verify")]
    [InlineData("enrol")]
    public async Task A_mistyped_command_line_is_code_2_with_a_sentence(params string[] args)
    {
        using var folder = new TempFolder();
        (await new Support.Cli(folder).RunAsync(args)).ShouldRefuse(ExitCodes.Usage);
    }

    [Theory]
    [InlineData("provision", "--claim", "bundle")]
    [InlineData("people", "--agent", "lookalikes")]
    public async Task Help_of_a_command_that_has_others_below_it_shows_its_own_flags_and_them(string command, string flag, string below)
    {
        using var folder = new TempFolder();
        string help = (await new Support.Cli(folder).RunAsync(command, "--help")).ShouldSucceed().Output;
        help.ShouldContain($"    {flag} <");
        help.ShouldContain($"    {below} ");
    }

    [Fact]
    public async Task The_table_is_printed_for_scripts()
    {
        using var folder = new TempFolder();
        (await new Support.Cli(folder).RunAsync("exit-codes", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(ExitCodes.All.Count);
    }
}
