using Devices.Faults.Plan;

namespace Devices.Faults.Tests;

/// <summary>The plan is made from its seed and nothing else.</summary>
public class PlanTests
{
    [Fact]
    public void The_same_seed_plans_the_same_faults_at_the_same_steps()
    {
        string one = Words(FaultPlan.Make(7, FaultKind.All, 4, 300, 60)), same = Words(FaultPlan.Make(7, FaultKind.All, 4, 300, 60)), other = Words(FaultPlan.Make(8, FaultKind.All, 4, 300, 60));
        same.ShouldBe(one);
        other.ShouldNotBe(one);
    }

    [Fact]
    public void A_plan_has_as_many_faults_as_were_asked_for_and_of_every_kind()
    {
        FaultPlan plan = FaultPlan.Make(1, FaultKind.All, 4, 2_000, 60);
        plan.Count.ShouldBe(2_000);
        FaultStep[] all = [.. plan.Rounds.SelectMany(r => r.Lanes.SelectMany(l => l)), .. plan.Rounds.Select(r => r.Board).OfType<FaultStep>()];
        all.Select(s => s.N).Order().ShouldBe(Enumerable.Range(1, 2_000));
        all.Select(s => s.Kind).Distinct().Count().ShouldBe(FaultKind.All.Count);
        all.Where(s => s.Kind.Name.EndsWith("-resend", StringComparison.Ordinal)).ShouldAllBe(s => FaultPlan.Relayed(s.Terminal));
    }

    [Fact]
    public void A_shorter_plan_is_the_beginning_of_a_longer_one() =>
        Words(FaultPlan.Make(3, FaultKind.All, 4, 240, 60)).ShouldStartWith(Words(FaultPlan.Make(3, FaultKind.All, 4, 120, 60)));

    [Fact]
    public void Faults_of_one_lane_follow_each_other_and_belong_to_one_victim()
    {
        foreach (IReadOnlyList<FaultStep> lane in FaultPlan.Make(5, FaultKind.All, 3, 200, 50).Rounds.SelectMany(r => r.Lanes).Where(l => l.Count > 0))
            lane.Select(s => (s.Kind.Lane, s.Terminal)).Distinct().Count().ShouldBe(1);
    }

    private static string Words(FaultPlan plan) => string.Join('\n', plan.Rounds.SelectMany(r => r.Board is null ? r.Lanes.SelectMany(l => l) : r.Lanes.SelectMany(l => l).Append(r.Board)));
}
