using Devices.Contract.Messages;
using Devices.Contract.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>
/// Updater and launcher are killed before each change that they make to the disk, in four ways, and what is left is started again: the launcher always finds a slot that is whole and
/// signed (<see cref="PlayedTerminal"/> checks it at each start), and the update goes on or is rolled back.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true, true, 300_000)]
    [InlineData(true, false, 100)]
    [InlineData(false, true, 100)]
    [InlineData(false, false, 100)]
    public async Task A_kill_at_every_write_leaves_a_terminal_that_works_and_ends_where_it_would_have_ended(bool updatedBefore, bool sound, int size)
    {
        using PlayedRelease release = new();
        release.Publish(release.Agent("1.0.0", counter: 1, size: 100), release.Agent("2.0.0", counter: 2, size: size));
        PlayedDisk start = new();
        string before = "first";
        if (updatedBefore)
        {
            PlayedTerminal first = new(release, start);
            await first.SettleAsync(PlayedTerminal.Wish("1.0.0"));
            first.VersionOf(first.Family().Current).ShouldBe(before = "1.0.0");
        }

        string end = sound ? "2.0.0" : before;
        int steps = (await UndisturbedAsync(release, start, sound, end)).Steps, states = 0;
        HashSet<string> seen = [];
        for (int die = 1; die <= steps; die++)
        {
            PlayedDisk killed = start.After(Cut.Kill);
            killed.DieAt = die;
            PlayedTerminal terminal = Terminal(release, killed, sound);
            await Should.ThrowAsync<PowerCutException>(() => terminal.SettleAsync(PlayedTerminal.Wish("2.0.0")));
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                PlayedDisk left = killed.After(cut);
                if (!seen.Add(left.Fingerprint())) continue;
                states++;
                PlayedTerminal again = Terminal(release, left, sound);
                await again.SettleAsync(PlayedTerminal.Wish("2.0.0"));
                string at = $"killed before change {die} ({killed.Log[^1]}), {cut}: {string.Join(" ", again.Starts)}";
                again.Starts[^1].ShouldBe(end, at);
                again.Starts.ShouldAllBe(one => one == before || one == "2.0.0", at);
                // It holds also over one more start, without a word of the bridge.
                (await again.StartAsync()).ShouldBeFalse();
                again.Starts[^1].ShouldBe(end, at);
            }
        }

        output.WriteLine($"{steps} changes, {states} different disks after a cut, all of them came to {end}.");
        states.ShouldBeGreaterThan(steps / 2);
    }

    [Fact]
    public async Task A_second_kill_while_it_recovers_changes_nothing()
    {
        using PlayedRelease release = new();
        release.Publish(release.Agent("1.0.0", counter: 1, size: 100), release.Agent("2.0.0", counter: 2, size: 100));
        PlayedDisk start = new();
        await new PlayedTerminal(release, start).SettleAsync(PlayedTerminal.Wish("1.0.0"));
        int steps = (await UndisturbedAsync(release, start, true, "2.0.0")).Steps;
        Random random = new(7);
        for (int round = 0; round < 25; round++)
        {
            PlayedDisk disk = start.After(Cut.Kill);
            for (int cuts = 0; cuts < 4; cuts++)
            {
                disk.DieAt = 1 + random.Next(steps);
                try
                {
                    await Terminal(release, disk, true).SettleAsync(PlayedTerminal.Wish("2.0.0"));
                    break;
                }
                catch (PowerCutException)
                {
                    disk = disk.After(Enum.GetValues<Cut>()[random.Next(4)]);
                }
            }

            disk.DieAt = 0;
            PlayedTerminal last = Terminal(release, disk, true);
            await last.SettleAsync(PlayedTerminal.Wish("2.0.0"));
            // Killed as often as a trial may start, it is the version that is doubted; never is anything else left than one of the two.
            last.Starts[^1].ShouldBeOneOf("1.0.0", "2.0.0");
        }
    }

    private static async Task<PlayedDisk> UndisturbedAsync(PlayedRelease release, PlayedDisk start, bool sound, string end)
    {
        PlayedDisk disk = start.After(Cut.Kill);
        PlayedTerminal terminal = Terminal(release, disk, sound);
        await terminal.SettleAsync(PlayedTerminal.Wish("2.0.0"));
        terminal.Starts[^1].ShouldBe(end);
        terminal.Told!.Progress.Single().State.ShouldBe(sound ? UpdateStates.Confirmed : UpdateStates.RolledBack);
        return disk;
    }

    private static PlayedTerminal Terminal(PlayedRelease release, PlayedDisk disk, bool sound) => new(release, disk) { Works = version => sound || version != "2.0.0" };
}
