using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

public sealed class PunchRulesTests
{
    [Fact]
    public void A_good_punch_has_no_fault() => PunchRules.Check(Punches.Face()).ShouldBeNull();

    [Fact]
    public void An_undefined_direction_byte_is_named_and_none_is_allowed()
    {
        PunchRules.Check(Punches.Face() with { Direction = PunchDirection.None }).ShouldBeNull();
        PunchRules.Check(Punches.Face() with { Direction = (PunchDirection)255 })!.ShouldContain("direction 255");
    }

    public static TheoryData<Func<Punch, Punch>, string> Faults() => new()
    {
        { p => p with { Terminal = "M2" }, "terminal" },
        { p => p with { Terminal = "-a" }, "terminal" },
        { p => p with { Terminal = new string('a', 33) }, "terminal" },
        { p => p with { Terminal = "a/b" }, "terminal" },
        { p => p with { Terminal = "a\n" }, "terminal" },
        { p => p with { Ledger = Guid.Empty }, "ledger" },
        { p => p with { Seq = 0 }, "seq" },
        { p => p with { Person = "" }, "person is empty" },
        { p => p with { Person = new string('张', 22) }, "longer than 64 bytes" },
        { p => p with { Person = "a\0b" }, "control character" },
        { p => p with { At = -1 }, "1970" },
        { p => p with { At = 1_764_316_800_000_000 }, "milliseconds" },
        { p => p with { Clock = (ClockQuality)9 }, "clock 9" },
        { p => p with { UncertaintyMs = -2 }, "uncertainty_ms" },
        { p => p with { Method = (PunchMethod)15 }, "method 15" },
        { p => p with { Score = float.NaN }, "finite" },
        { p => p with { Liveness = float.PositiveInfinity }, "finite" },
        { p => p with { Score = null }, "score, threshold and pack" },
        { p => p with { Pack = null }, "score, threshold and pack" },
        { p => p with { Pack = new string('p', 97) }, "pack" },
        { p => p with { Photo = "abc" }, "photo" },
        { p => p with { Chain = "" }, "chain" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_field_out_of_range_is_named_in_one_sentence(Func<Punch, Punch> spoil, string named)
    {
        string? fault = PunchRules.Check(spoil(Punches.Face()));
        fault.ShouldNotBeNull();
        fault.ShouldContain(named);
        fault.ShouldEndWith(".");
    }
}
