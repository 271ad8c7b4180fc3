using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CsCheck;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

public sealed class ContractCodecTests
{
    private static byte[] Batch() => ContractCodec.Write(new PunchBatch { Terminal = "m2-001", Ledger = Punches.Ledger, Punches = Punches.Run(3) }, ContractJson.Default.PunchBatch);

    [Fact]
    public void Kaspersky_CVE_2023_3943_random_bytes_become_a_problem_never_an_exception() => Gen.Byte.Array[0, 300].Sample(bytes =>
        ContractCodec.TryRead(bytes, ContractJson.Default.PunchBatch, out PunchBatch? message, out Problem? problem)
            ? message is not null
            : problem is { Code: ProblemCodes.Malformed, Text.Length: > 0 });

    [Fact]
    public void A_batch_with_any_bytes_overwritten_is_read_or_refused_never_thrown() =>
        Gen.Select(Gen.Int[0, Batch().Length - 1], Gen.Byte.Array[1, 8]).Sample((at, bytes) =>
        {
            byte[] payload = Batch();
            bytes.AsSpan(0, Math.Min(bytes.Length, payload.Length - at)).CopyTo(payload.AsSpan(at));
            return ContractCodec.TryRead(payload, ContractJson.Default.PunchBatch, out _, out Problem? problem) || problem is not null;
        });

    [Fact]
    public void A_batch_cut_anywhere_is_refused()
    {
        byte[] payload = Batch();
        for (int length = 0; length < payload.Length; length++)
        {
            ContractCodec.TryRead(payload.AsSpan(0, length), ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse();
            problem!.Code.ShouldBe(ProblemCodes.Malformed);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"terminal\":null,\"ledger\":\"019319a8-7c00-7abc-8def-0123456789ab\",\"punches\":[]}")]
    [InlineData("{\"terminal\":\"a\",\"ledger\":\"no\",\"punches\":[]}")]
    [InlineData("{\"terminal\":\"a\",\"terminal\":\"b\",\"ledger\":\"019319a8-7c00-7abc-8def-0123456789ab\",\"punches\":[]}")]
    [InlineData("{\"terminal\":\"a\",\"ledger\":\"019319a8-7c00-7abc-8def-0123456789ab\",\"punches\":null}")]
    public void What_is_not_the_message_is_malformed(string json)
    {
        ContractCodec.TryRead(Encoding.UTF8.GetBytes(json), ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse();
        problem!.Code.ShouldBe(ProblemCodes.Malformed);
        problem.Text.ShouldEndWith(".");
    }

    [Fact]
    public void Deep_nesting_is_refused_not_overflowed()
    {
        byte[] deep = Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 50_000) + new string(']', 50_000) + "}");
        ContractCodec.TryRead(deep, ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse();
        problem!.Code.ShouldBe(ProblemCodes.Malformed);
    }

    [Fact]
    public void A_payload_above_the_limit_is_oversized()
    {
        ContractCodec.TryRead(new byte[Protocol.MaxPayload + 1], ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse();
        problem!.Code.ShouldBe(ProblemCodes.Oversized);
    }

    [Fact]
    public void A_full_batch_of_the_longest_punches_fits_the_payload_limit()
    {
        Punch longest = Punches.Face() with
        {
            Terminal = new string('a', PunchRules.MaxTerminal),
            Seq = long.MaxValue,
            // Worst case of JSON escaping: each of 32 characters of 2 bytes is written as six.
            Person = new string('é', PunchRules.MaxPerson / 2),
            At = 253_402_300_799_999,
            Clock = ClockQuality.Corrected,
            UncertaintyMs = long.MaxValue,
            Score = -1.1754944E-38f,
            Threshold = -1.1754944E-38f,
            Liveness = -1.1754944E-38f,
            Pack = new string('p', PunchRules.MaxPack),
            Photo = new string('f', 64),
        };
        byte[] payload = ContractCodec.Write(
            new PunchBatch { Terminal = longest.Terminal, Ledger = longest.Ledger, Punches = [.. Enumerable.Repeat(longest, Protocol.MaxBatch)] }, ContractJson.Default.PunchBatch);
        payload.Length.ShouldBeLessThanOrEqualTo(Protocol.MaxPayload);
    }

    [Fact]
    public void What_a_message_need_not_have_is_its_default_and_never_null()
    {
        NullabilityInfoContext nullability = new();
        Type[] messages = [.. typeof(HelloMessage).Assembly.GetTypes().Where(t => t.Namespace == typeof(HelloMessage).Namespace && ContractJson.Default.GetTypeInfo(t) is { Kind: JsonTypeInfoKind.Object })];
        messages.Length.ShouldBeGreaterThan(12);
        foreach (Type type in messages)
        {
            object read = JsonSerializer.Deserialize(Least(type)!.ToJsonString(), ContractJson.Default.GetTypeInfo(type)!)!;
            foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && !p.PropertyType.IsValueType))
                if (nullability.Create(property).ReadState == NullabilityState.NotNull) property.GetValue(read).ShouldNotBeNull($"{type.Name}.{property.Name}");
        }
    }

    /// <summary>The least JSON that a type can be read from: its required properties alone.</summary>
    private static JsonNode? Least(Type type) => ContractJson.Default.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } info
        ? new JsonObject(info.Properties.Where(p => p.IsRequired).Select(p => KeyValuePair.Create(p.Name, Least(p.PropertyType))))
        : type == typeof(string) ? "x"
        : type == typeof(Guid) ? Guid.Empty
        : type == typeof(bool) ? true
        : type.IsEnum ? JsonSerializer.SerializeToNode(Enum.GetValues(type).GetValue(0), ContractJson.Default.GetTypeInfo(type)!)
        : type.IsPrimitive ? 1
        : type.Name.StartsWith("Dictionary", StringComparison.Ordinal) ? new JsonObject() : new JsonArray();

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        JsonNode node = JsonNode.Parse(Batch())!;
        node["later"] = "x";
        node["punches"]![0]!["later"] = 1;
        ContractCodec.TryRead(JsonSerializer.SerializeToUtf8Bytes(node), ContractJson.Default.PunchBatch, out PunchBatch? batch, out _).ShouldBeTrue();
        batch!.Punches.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("clock", "\"sure\"")]
    [InlineData("method", "\"retina\"")]
    [InlineData("direction", "\"up\"")]
    [InlineData("seq", "\"1\"")]
    [InlineData("at", "1.5")]
    [InlineData("score", "\"NaN\"")]
    public void A_field_of_another_kind_is_refused_and_its_place_named(string field, string value)
    {
        JsonNode node = JsonNode.Parse(Batch())!;
        node["punches"]![1]![field] = JsonNode.Parse(value);
        ContractCodec.TryRead(JsonSerializer.SerializeToUtf8Bytes(node), ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse();
        problem!.Text.ShouldContain("punches[1]." + field);
    }

    [Fact]
    public void A_missing_required_field_is_refused()
    {
        foreach (string field in new[] { "terminal", "ledger", "seq", "person", "at", "clock", "uncertainty_ms", "method", "chain" })
        {
            JsonNode node = JsonNode.Parse(Batch())!;
            node["punches"]![0]!.AsObject().Remove(field);
            ContractCodec.TryRead(JsonSerializer.SerializeToUtf8Bytes(node), ContractJson.Default.PunchBatch, out _, out Problem? problem).ShouldBeFalse(field);
            problem!.Code.ShouldBe(ProblemCodes.Malformed);
        }
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("2", "'2'")]
    [InlineData("1 ", "'1 '")]
    public void Pyzk_5_an_unknown_version_is_refused_with_a_sentence(string? version, string named)
    {
        Problem? problem = ContractCodec.CheckVersion(version);
        problem!.Code.ShouldBe(ProblemCodes.Version);
        problem.Text.ShouldContain(named);
    }

    [Fact]
    public void The_spoken_version_is_taken() => ContractCodec.CheckVersion(Protocol.Version).ShouldBeNull();
}
