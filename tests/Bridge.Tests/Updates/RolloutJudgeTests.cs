using Devices.Bridge.Store;
using Devices.Bridge.Updates;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Updates;

/// <summary>Who comes in when, and what stops a rollout.</summary>
public sealed class RolloutJudgeTests
{
    private const long Now = 1_900_000_000_000;
    private static readonly (string Name, string? Site)[] Fleet = [.. Enumerable.Range(0, 1000).Select(i => ($"m2-{i:0000}", i % 4 == 0 ? "north" : (string?)null))];

    [Fact]
    public void A_share_is_about_that_share_and_whoever_is_in_stays_in_at_every_greater_one()
    {
        RolloutRow row = Row();
        HashSet<string> before = [];
        foreach ((int stage, int least, int most) in new[] { (0, 2, 25), (1, 70, 130), (2, 440, 560), (3, 1000, 1000) })
        {
            HashSet<string> now = [.. RolloutJudge.Judge(row with { Stage = stage }, Fleet, [], Now).Add];
            now.Count.ShouldBeInRange(least, most);
            now.IsSupersetOf(before).ShouldBeTrue();
            RolloutJudge.Judge(row with { Stage = stage }, Fleet, [], Now + 1).Add.ShouldBe(now, ignoreOrder: true);
            before = now;
        }
        // Another rollout begins with others.
        RolloutJudge.Judge(Row() with { Stage = 1 }, Fleet, [], Now).Add.ShouldNotBe(RolloutJudge.Judge(row with { Stage = 1 }, Fleet, [], Now).Add);
    }

    [Fact]
    public void Only_the_named_site_or_terminals_come_in()
    {
        RolloutJudge.Judge(Row(plan => plan with { Stages = [100], Site = "north" }), Fleet, [], Now).Add.Count.ShouldBe(250);
        RolloutJudge.Judge(Row(plan => plan with { Stages = [100], Site = "" }), Fleet, [], Now).Add.Count.ShouldBe(750);
        RolloutJudge.Judge(Row(plan => plan with { Stages = [100], Terminals = ["m2-0007", "nobody"] }), Fleet, [], Now).Add.ShouldBe(["m2-0007"]);
    }

    [Fact]
    public void It_goes_on_when_everybody_who_is_there_is_through_and_the_stage_has_lasted()
    {
        RolloutRow row = Row() with { StageAt = Now - (61 * 60_000) };
        RolloutMember done = Member("a", UpdateStates.Confirmed), away = Member("b", UpdateStates.Waiting, online: false), loading = Member("c", UpdateStates.Downloading), refused = Member("d", UpdateStates.Refused);
        Judge(done, away, refused).Stage.ShouldBe(1);
        Judge(done, loading).Stage.ShouldBeNull("somebody is at it");
        Judge(refused, away).Stage.ShouldBeNull("nobody has shown that it works");
        RolloutJudge.Judge(row with { StageAt = Now }, [], [done], Now).Stage.ShouldBeNull("the stage has just begun");
        RolloutJudge.Judge(row with { Stage = 3 }, [], [done, refused], Now).Done.ShouldBeTrue();
        RolloutJudge.Judge(Row(), [], [], Now).Stage.ShouldBe(1, "a stage without a terminal is no stage");

        RolloutStep Judge(params RolloutMember[] members) => RolloutJudge.Judge(row, [], members, Now);
    }

    [Fact]
    public void It_stops_above_the_share_of_those_that_were_rolled_back_or_fell_silent_among_those_that_began()
    {
        RolloutMember[] well = [.. Enumerable.Range(0, 9).Select(i => Member($"w{i}", UpdateStates.Confirmed))];
        RolloutMember bad = Member("bad", UpdateStates.RolledBack) with { Message = "It crashed." }, silent = Member("silent", UpdateStates.Trial) with { ChangedAt = Now - (31 * 60_000) }, busy = Member("busy", UpdateStates.Trial);
        RolloutJudge.Judge(Row(), [], [.. well, bad], Now).Stop.ShouldBeNull("one of ten is not above ten percent");
        RolloutJudge.Judge(Row(), [], [.. well, bad, silent], Now).Stop!.ShouldContain("Of 11 terminals that began, 1 were rolled back and 1 fell silent. bad: It crashed.");
        RolloutJudge.Judge(Row(), [], [.. well, bad, busy], Now).Stop.ShouldBeNull();
        RolloutJudge.Judge(Row(), [], [bad], Now).Stop.ShouldNotBeNull("the first and only one");
        RolloutJudge.Judge(Row(plan => plan with { AbortPercent = 0 }), [], [.. well, silent], Now).Stop.ShouldNotBeNull();
        RolloutJudge.Judge(Row(), [], [Member("a", UpdateStates.Refused), Member("b", UpdateStates.Waiting)], Now).Stop.ShouldBeNull("who never began has not failed");
    }

    [Theory]
    [InlineData("10,5")]
    [InlineData("0,100")]
    [InlineData("50,101")]
    [InlineData("")]
    public void Stages_that_make_no_sense_are_refused(string stages) =>
        new RolloutPlan { Kind = "agent", Name = "agent", Version = "1", Stages = [.. stages.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)] }.Check().ShouldNotBeNull();

    private static RolloutRow Row(Func<RolloutPlan, RolloutPlan>? bend = null)
    {
        RolloutPlan plan = new() { Kind = "agent", Name = "agent", Version = "1.1.0" };
        return new(Guid.CreateVersion7(), bend?.Invoke(plan) ?? plan, 0, Now - 60_000, RolloutState.Running, null, Now - 60_000, "hr", Now - 60_000);
    }

    private static RolloutMember Member(string name, string state, bool online = true) =>
        new(name, null, online, state, null, null, 0, state is UpdateStates.Trial or UpdateStates.Confirmed or UpdateStates.RolledBack ? Now - 60_000 : null, Now - 60_000);
}
