using System.Text;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Tests;

/// <summary>The fuzzer finds what it is there for, and the same seed finds the same.</summary>
public class EngineTests
{
    private static readonly byte[] Sample = "{\"name\":\"Grace\",\"list\":[1,2,3],\"size\":12}"u8.ToArray();

    [Fact]
    public void A_number_that_is_too_large_an_undocumented_exception_is_found()
    {
        Finding? found = Run(Shape.Json, bytes => System.Text.Json.JsonDocument.Parse(bytes).RootElement.GetProperty("size").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), typeof(System.Text.Json.JsonException), typeof(KeyNotFoundException), typeof(InvalidOperationException));
        found.ShouldNotBeNull().What.ShouldStartWith("FormatException");
    }

    [Fact]
    public void A_length_that_is_believed_is_found_by_the_memory_that_it_asks_for()
    {
        Finding? found = Run(Shape.Bytes, bytes => bytes.Length < 4 ? "short" : new byte[Math.Abs(BitConverter.ToInt32(bytes) / 8)].Length > 5 ? "long" : "empty");
        found.ShouldNotBeNull().What.ShouldContain("memory");
    }

    [Fact]
    public void A_text_that_is_cut_in_the_middle_of_a_letter_is_tried()
    {
        Finding? found = Run(Shape.Text, bytes => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).Length > 10 ? "long" : "short");
        found.ShouldNotBeNull().What.ShouldStartWith("DecoderFallbackException");
    }

    [Fact]
    public void A_member_that_stands_twice_is_tried()
    {
        Finding? found = Run(Shape.Json, bytes => System.Text.Json.Nodes.JsonNode.Parse(bytes)?["name"]?.ToString().Length > 0 ? "named" : "nameless", typeof(System.Text.Json.JsonException), typeof(InvalidOperationException));
        found.ShouldNotBeNull().What.ShouldStartWith("ArgumentException");
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs_and_another_one_others()
    {
        static List<string> Inputs(long seed)
        {
            List<string> inputs = [];
            FuzzRun run = new(Target(Shape.Json, bytes => bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), seed, (_, input) => inputs.Add(Convert.ToBase64String(input)));
            run.Go(count => count >= 300).ShouldBeEmpty();
            return inputs;
        }

        Inputs(5).ShouldBe(Inputs(5));
        Inputs(5).ShouldNotBe(Inputs(6));
    }

    private static Finding? Run(Shape shape, Func<byte[], string> read, params Type[] refusals) => new FuzzRun(Target(shape, read) with { Refusals = refusals }, 1).Go(inputs => inputs >= 20_000).FirstOrDefault();

    private static FuzzTarget Target(Shape shape, Func<byte[], string> read) => new("tests/sample", shape, () => [Sample], read) { Files = [] };
}
