using CsCheck;
using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

public sealed class ChainVerifierTests
{
    [Fact]
    public void A_whole_run_follows_to_its_end()
    {
        List<Punch> run = Punches.Run(300);
        ChainVerdict verdict = Walk(run);
        verdict.Fault.ShouldBe(ChainFault.None);
        verdict.Through.ShouldBe(300);
        PunchChain.ToHex(verdict.Chain).ShouldBe(run[^1].Chain);
        verdict.Text.ShouldBeNull();
    }

    [Fact]
    public void A_walk_can_begin_in_the_middle()
    {
        List<Punch> run = Punches.Run(20);
        ChainVerifier.Walk("m2-001", Punches.Ledger, 10, Convert.FromHexString(run[9].Chain), run.Skip(10)).Through.ShouldBe(20);
    }

    [Fact]
    public void Nothing_to_walk_is_no_fault() => Walk([]).Fault.ShouldBe(ChainFault.None);

    [Fact]
    public void A_missing_punch_is_a_gap_and_is_named()
    {
        List<Punch> run = Punches.Run(10);
        run.RemoveAt(4);
        ChainVerdict verdict = Walk(run);
        verdict.Fault.ShouldBe(ChainFault.Gap);
        verdict.Through.ShouldBe(4);
        verdict.Text!.ShouldContain("5 was expected");
    }

    [Fact]
    public void A_repeated_punch_is_a_gap()
    {
        List<Punch> run = Punches.Run(3);
        Walk([run[0], run[0]]).Fault.ShouldBe(ChainFault.Gap);
    }

    [Fact]
    public void Two_exchanged_punches_are_noticed()
    {
        List<Punch> run = Punches.Run(4);
        (run[1], run[2]) = (run[2] with { Seq = 2 }, run[1] with { Seq = 3 });
        Walk(run).Fault.ShouldBe(ChainFault.Broken);
    }

    [Fact]
    public void A_punch_of_another_ledger_or_terminal_is_foreign()
    {
        List<Punch> run = Punches.Run(3);
        Walk([run[0], run[1] with { Ledger = Guid.CreateVersion7() }]).Fault.ShouldBe(ChainFault.Foreign);
        Walk([run[0], run[1] with { Terminal = "m2-002" }]).Fault.ShouldBe(ChainFault.Foreign);
    }

    [Fact]
    public void A_malformed_punch_is_named_with_its_fault()
    {
        List<Punch> run = Punches.Run(3);
        ChainVerdict verdict = Walk([run[0], run[1] with { Person = "" }]);
        verdict.Fault.ShouldBe(ChainFault.Malformed);
        verdict.Text!.ShouldContain("person");
    }

    [Fact]
    public void Zkteco_20_any_altered_field_of_any_punch_breaks_the_chain_there() =>
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 6]).Sample((index, field) =>
        {
            List<Punch> run = Punches.Run(20);
            Punch punch = run[index];
            run[index] = field switch
            {
                0 => punch with { Person = "someone" },
                1 => punch with { At = punch.At - 1 },
                2 => punch with { Direction = PunchDirection.Out },
                3 => punch with { Score = 0.99f },
                4 => punch with { Clock = ClockQuality.Held },
                5 => punch with { UncertaintyMs = 77 },
                _ => punch with { Chain = new string('b', 64) },
            };
            ChainVerdict verdict = Walk(run);
            return verdict.Fault == ChainFault.Broken && verdict.Through == index;
        });

    private static ChainVerdict Walk(IEnumerable<Punch> punches) => ChainVerifier.Walk("m2-001", Punches.Ledger, 0, PunchChain.Genesis(Punches.Ledger), punches);
}
