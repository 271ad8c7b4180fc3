namespace Devices.EndToEnd.Tests;

/// <summary>The scenario of <c>tools/up --once</c>, and what is left when it stops.</summary>
[Collection(Morning.Name)]
[TestMethodOrderer(typeof(ByName))]
public partial class MorningTests(MorningFixture morning)
{
    [Fact]
    public void A_Every_check_of_the_scenario_passes()
    {
        // The whole output is the explanation where a check failed.
        (morning.Output.Contains("checks passed.", StringComparison.Ordinal) && !morning.Output.Contains("FAILED", StringComparison.Ordinal)).ShouldBeTrue(morning.Output);
        morning.Output.ShouldContain("none lost, none doubled, none altered");
    }

    [Fact]
    public void A_The_story_of_a_punch_is_told_in_plain_words() =>
        morning.Output.ShouldMatch(@"(?m)^\d\d:\d\d:\d\d .+ recognised 0\.\d\d \(threshold 0\.\d\d\), punch m2-001/\d+ stored, bridge has it, DingTalk has it$");

    [Fact]
    public void A_No_stack_trace_reached_the_screen() =>
        morning.Output.ShouldNotContain("   at Devices.");

    /// <summary>Runs last: it stops the installation.</summary>
    [Fact]
    public async Task Z_Ctrl_C_stops_all_of_it_and_leaves_no_process_behind()
    {
        (await morning.Interrupt()).ShouldBe(0);

        var left = new List<string>();
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(d => Path.GetFileName(d).All(char.IsAsciiDigit)))
        {
            string command;
            try { command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '); }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) { continue; }
            if (command.Contains(morning.Data, StringComparison.Ordinal)) left.Add(command);
        }
        left.ShouldBeEmpty();
    }
}
