using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using YamlDotNet.RepresentationModel;

namespace Devices.Contract.Tests;

/// <summary>asyncapi.yaml says the same as the records, the rules and the topics.</summary>
public sealed class AsyncApiTests
{
    private static readonly YamlMappingNode Root = Load();

    public static TheoryData<Type> Records => [.. new[] { typeof(Punch), typeof(PunchBatch), typeof(HelloMessage), typeof(EventMessage), typeof(StatusMessage), typeof(StateMessage), typeof(Problem),
        typeof(RosterMessage), typeof(RosterPerson), typeof(RosterLeaver), typeof(SnapshotPart), typeof(AppliedMessage), typeof(RosterApplied), typeof(Erasure),
        typeof(SiteRecord), typeof(RelayMessage), typeof(RelayApplied),
        typeof(ConfigMessage), typeof(ConfigApplied), typeof(UpdateMessage), typeof(UpdateWish), typeof(UpdateApplied), typeof(UpdateProgress), typeof(CommandMessage), typeof(CommandBody), typeof(CommandResult) }];

    [Fact]
    public void Every_schema_has_a_record_and_the_reverse() =>
        Map(Root, "components", "schemas").Children.Keys.Select(k => k.ToString()).ShouldBe(Records.Select(r => r.Data.Name), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Records), DisableDiscoveryEnumeration = true)]
    public void Properties_and_required_sets_agree(Type record)
    {
        JsonTypeInfo info = ContractJson.Default.GetTypeInfo(record)!;
        YamlMappingNode schema = Map(Root, "components", "schemas", record.Name);
        Map(schema, "properties").Children.Keys.Select(k => k.ToString()).ShouldBe(info.Properties.Select(p => p.Name), ignoreOrder: true);
        List(schema, "required").ShouldBe(info.Properties.Where(p => p.IsRequired).Select(p => p.Name), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Records), DisableDiscoveryEnumeration = true)]
    public void Property_types_agree(Type record)
    {
        JsonTypeInfo info = ContractJson.Default.GetTypeInfo(record)!;
        foreach (JsonPropertyInfo property in info.Properties)
        {
            YamlMappingNode schema = Map(Root, "components", "schemas", record.Name, "properties", property.Name);
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            string expected =
                type == typeof(string) || type == typeof(Guid) || type.IsEnum ? "string" :
                type == typeof(long) || type == typeof(int) ? "integer" :
                type == typeof(float) || type == typeof(double) ? "number" :
                type == typeof(bool) ? "boolean" :
                type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? "array" :
                Records.Any(r => r.Data == type) ? "$ref" : "object";
            if (expected == "$ref") Text(schema, "$ref").ShouldBe($"#/components/schemas/{type.Name}");
            else Text(schema, "type").ShouldBe(expected, $"{record.Name}.{property.Name}");
            if (type == typeof(long)) Text(schema, "format").ShouldBe("int64", $"{record.Name}.{property.Name}");
            if (type == typeof(Guid)) Text(schema, "format").ShouldBe("uuid", $"{record.Name}.{property.Name}");
        }
    }

    [Theory]
    [InlineData("clock", typeof(ClockQuality))]
    [InlineData("method", typeof(PunchMethod))]
    [InlineData("direction", typeof(PunchDirection))]
    public void Enum_words_agree(string property, Type type)
    {
        IEnumerable<string> words = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);
        List(Map(Root, "components", "schemas", "Punch", "properties", property), "enum").ShouldBe(words, ignoreOrder: true);
    }

    [Fact]
    public void Problem_codes_agree() =>
        List(Map(Root, "components", "schemas", "Problem", "properties", "code"), "enum")
            .ShouldBe(typeof(ProblemCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!), ignoreOrder: true);

    [Theory]
    [InlineData("CommandBody", "kind", typeof(CommandKinds))]
    [InlineData("UpdateProgress", "state", typeof(UpdateStates))]
    [InlineData("CommandResult", "state", typeof(CommandStates))]
    [InlineData("CommandResult", "code", typeof(CommandRefusals))]
    public void Words_of_commands_agree(string schema, string property, Type type) =>
        List(Map(Root, "components", "schemas", schema, "properties", property), "enum").ShouldBe(type.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!), ignoreOrder: true);

    [Fact]
    public void Limits_agree()
    {
        Text(Map(Root, "components", "schemas", "CommandResult", "properties", "text"), "maxLength").ShouldBe($"{CommandRules.MaxText}");
        Text(Map(Root, "components", "schemas", "CommandResult", "properties", "attachment"), "maxLength").ShouldBe($"{CommandRules.MaxAttachment}");
        Text(Map(Root, "components", "schemas", "CommandMessage", "properties", "certificate"), "description").ShouldContain(CommandRules.CommandUse);
        Text(Map(Root, "components", "schemas", "ConfigMessage", "properties", "settings"), "maxProperties").ShouldBe($"{ConfigRules.MaxSettings}");
        YamlMappingNode punches = Map(Root, "components", "schemas", "PunchBatch", "properties", "punches");
        Text(punches, "maxItems").ShouldBe($"{Protocol.MaxBatch}");
        Text(punches, "minItems").ShouldBe("1");
        Text(Map(Root, "components", "schemas", "Punch", "properties", "terminal"), "pattern").ShouldBe($"^[a-z0-9][a-z0-9-]{{0,{PunchRules.MaxTerminal - 1}}}$");
        Text(Map(Root, "components", "schemas", "Punch", "properties", "person"), "description").ShouldContain($"{PunchRules.MaxPerson} bytes");
        foreach (string list in (string[])["people", "gone"])
            Text(Map(Root, "components", "schemas", "RosterMessage", "properties", list), "maxItems").ShouldBe($"{RosterRules.MaxPeople}");
        Text(Map(Root, "components", "schemas", "RosterPerson", "properties", "name"), "maxLength").ShouldBe($"{RosterRules.MaxName}");
        Text(Map(Root, "components", "schemas", "RosterPerson", "properties", "cards"), "maxItems").ShouldBe($"{RosterRules.MaxCards}");
        Text(Map(Root, "components", "schemas", "RosterPerson", "properties", "departments"), "maxItems").ShouldBe($"{RosterRules.MaxDepartments}");
        Text(Map(Root, "components", "schemas", "RelayMessage", "properties", "records"), "maxItems").ShouldBe($"{SiteRules.MaxRecords}");
        Text(Map(Root, "components", "schemas", "SiteRecord", "properties", "body"), "maxLength").ShouldBe($"{SiteRules.MaxBody}");
        Text(Map(Root, "info"), "version").ShouldBe(Protocol.Version);
    }

    [Fact]
    public void Channels_are_the_topics_and_go_the_right_way()
    {
        foreach ((YamlNode key, YamlNode value) in Map(Root, "channels").Children)
        {
            string address = Text((YamlMappingNode)value, "address").Replace("{terminal}", "m2-001", StringComparison.Ordinal).Replace("{sha256}", new string('a', 64), StringComparison.Ordinal);
            Topics.TryParse(address, out _, out string leaf).ShouldBeTrue(address);
            leaf.Split('/')[0].ShouldBe(key.ToString());
            string action = Map(Root, "operations").Children.Values.Cast<YamlMappingNode>().Single(o => Text(Map(o, "channel"), "$ref") == $"#/channels/{key}") is { } operation ? Text(operation, "action") : "";
            (action == "send" ? Topics.IsUp(leaf) : Topics.IsDown(leaf)).ShouldBeTrue(address);
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (string reference in References(Root))
        {
            YamlNode node = Root;
            foreach (string step in reference.TrimStart('#', '/').Split('/'))
            {
                node.ShouldBeOfType<YamlMappingNode>();
                ((YamlMappingNode)node).Children.TryGetValue(new YamlScalarNode(step), out YamlNode? next).ShouldBeTrue(reference);
                node = next!;
            }
        }
    }

    private static IEnumerable<string> References(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(c => c.Key.ToString() == "$ref" ? [c.Value.ToString()] : References(c.Value)),
        YamlSequenceNode list => list.Children.SelectMany(References),
        _ => [],
    };

    private static YamlMappingNode Load()
    {
        using StreamReader reader = File.OpenText(Path.Combine(AppContext.BaseDirectory, "asyncapi.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode node, params string[] path) => path.Aggregate(node, (n, step) => (YamlMappingNode)n.Children[new YamlScalarNode(step)]);

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[new YamlScalarNode(key)]).Value!;

    private static IEnumerable<string> List(YamlMappingNode node, string key) => ((YamlSequenceNode)node.Children[new YamlScalarNode(key)]).Children.Select(c => c.ToString());
}
