using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

public sealed class PunchChainTests
{
    [Fact]
    public void The_genesis_depends_on_the_ledger_only()
    {
        PunchChain.Genesis(Punches.Ledger).ShouldBe(PunchChain.Genesis(Punches.Ledger));
        PunchChain.Genesis(Guid.CreateVersion7()).ShouldNotBe(PunchChain.Genesis(Punches.Ledger));
    }

    [Fact]
    public void A_previous_value_of_another_size_is_refused() =>
        Should.Throw<ArgumentException>(() => PunchChain.Next(new byte[31], Punches.Face())).Message.ShouldContain("32");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000")]
    public void Only_64_hex_digits_are_a_chain_value(string? text) => PunchChain.TryParseHex(text, out _).ShouldBeFalse();

    [Fact]
    public void Hex_comes_back_as_the_same_bytes()
    {
        byte[] chain = PunchChain.Genesis(Punches.Ledger);
        PunchChain.TryParseHex(PunchChain.ToHex(chain), out byte[] back).ShouldBeTrue();
        back.ShouldBe(chain);
    }
}
