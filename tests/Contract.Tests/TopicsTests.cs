using CsCheck;

namespace Devices.Contract.Tests;

public sealed class TopicsTests
{
    [Theory]
    [InlineData("d/m2-001/hello", "m2-001", "hello")]
    [InlineData("d/m2-001/photo/ab", "m2-001", "photo/ab")]
    public void A_topic_splits_into_terminal_and_leaf(string topic, string terminal, string leaf)
    {
        Topics.TryParse(topic, out string t, out string l).ShouldBeTrue();
        (t, l).ShouldBe((terminal, leaf));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("d/")]
    [InlineData("d//hello")]
    [InlineData("d/m2-001")]
    [InlineData("d/m2-001/")]
    [InlineData("x/m2-001/hello")]
    [InlineData("d/M2/hello")]
    [InlineData("d/+/hello")]
    [InlineData("d/#")]
    [InlineData("/d/m2-001/hello")]
    [InlineData("d/m2-001\n/hello")]
    public void Anything_else_is_no_topic(string? topic) => Topics.TryParse(topic, out _, out _).ShouldBeFalse();

    [Fact]
    public void What_For_makes_TryParse_reads() =>
        Gen.Select(Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"].Array[1, 32], Gen.Int[0, 7].Select(i => new[] { Topics.Hello, Topics.Punches, Topics.Event, Topics.Status, Topics.State, Topics.Roster, Topics.Command, Topics.Result }[i])).Sample((name, leaf) =>
            Topics.TryParse(Topics.For(new string(name), leaf), out string t, out string l) && t == new string(name) && l == leaf && Topics.IsUp(leaf) != Topics.IsDown(leaf));

    [Fact]
    public void A_photo_topic_carries_a_hash()
    {
        Topics.IsUp("photo/" + new string('a', 64)).ShouldBeTrue();
        Topics.IsUp("photo").ShouldBeFalse();
        Topics.IsUp("photo/../../etc").ShouldBeFalse();
    }
}
