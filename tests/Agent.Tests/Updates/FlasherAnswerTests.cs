using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

public sealed class FlasherAnswerTests
{
    [Theory]
    [InlineData("""{"ok":false,"error":{"code":150,"message":"The board is not there."}}""", "The board is not there.")]
    [InlineData("""{"ok":false,"error":{"message":5}}""", "the tool ended with 7.")]
    [InlineData("""{"error":"x"}""", "the tool ended with 7.")]
    [InlineData("""[1]""", "the tool ended with 7.")]
    [InlineData("""{"error":{"message":"half \ud83d"}}""", "half \uFFFD")]
    [InlineData("", "the tool ended with 7.")]
    public void Whatever_the_tool_says_is_told_and_never_thrown(string json, string told) => FirmwareFlasher.Reason(json, 7).ShouldBe(told);
}
