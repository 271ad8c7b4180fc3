using System.Text.Json;
using Devices.Bridge.Downlink;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Downlink;

/// <summary>Configuration and commands over real MQTT: sent to the one session, again where the answer was lost, and kept over restarts.</summary>
public sealed class WishesDownTests
{
    private static DownlinkOptions Quick { get; } = new() { LookEvery = TimeSpan.FromMilliseconds(50), SendAgain = TimeSpan.FromMilliseconds(400) };

    [Fact]
    public async Task Wishes_go_down_whole_until_the_terminal_holds_them_and_what_it_reports_is_kept()
    {
        await using TestBridge bridge = await StartAsync();
        Enrolled one = await bridge.EnrolAsync("m2-001"), two = await bridge.EnrolAsync("m2-002");
        await using TestTerminal first = await GreetAsync(bridge, one, new() { Revision = 0, Digest = "" });
        await using TestTerminal other = await GreetAsync(bridge, two, new() { Revision = 0, Digest = "" });
        await CliAsync(bridge, "terminal", "config", "m2-001", "Repeat:Seconds=30", "door:openms=2000");
        ConfigMessage wish = await ConfigAsync(first);
        ConfigRules.Check(wish).ShouldBeNull();
        wish.Settings.ShouldBe(new Dictionary<string, string> { ["Door:OpenMs"] = "2000", ["Repeat:Seconds"] = "30" }, ignoreOrder: true);

        // Not answered: the same again. Answered: kept, and nothing more comes.
        (await ConfigAsync(first)).Digest.ShouldBe(wish.Digest);
        await AnswerAsync(first, new() { Revision = wish.Revision, Digest = wish.Digest, Settings = new() { ["Repeat:Seconds"] = "30" }, Refused = new() { ["Door:OpenMs"] = "No." } });
        ConfigReport report = (await bridge.Get<IConfigStore>().ReportAsync("m2-001"))!;
        (report.Applied.Digest, report.Applied.Refused["Door:OpenMs"]).ShouldBe((wish.Digest, "No."));
        (await bridge.Get<IConfigStore>().ReportAsync("m2-002"))!.Applied.Revision.ShouldBe(0);

        // Over a restart: what it holds it is not sent, a wider wish reaches both, the narrower one counts more.
        await bridge.RestartAsync(builder => builder.Services.AddSingleton(Quick));
        await using TestTerminal again = await GreetAsync(bridge, one, new() { Revision = wish.Revision, Digest = wish.Digest });
        await using TestTerminal second = await GreetAsync(bridge, two, new() { Revision = 0, Digest = "" });
        await CliAsync(bridge, "terminal", "config", "Repeat:Seconds=90", "Liveness:Challenge=always", "--all");
        ConfigMessage wider = await ConfigAsync(again), all = await ConfigAsync(second);
        (wider.Settings["Repeat:Seconds"], wider.Settings["Liveness:Challenge"], wider.Settings.Count, all.Settings["Repeat:Seconds"], all.Settings.Count).ShouldBe(("30", "always", 3, "90", 2));
        (wider.Revision > wish.Revision).ShouldBeTrue();
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).ShouldContain(row => row.Action == "terminal.config" && row.Target == "all terminals" && row.Detail!.Contains("Liveness:Challenge: - -> always", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_terminal_that_does_not_speak_of_it_is_sent_neither_configuration_nor_commands()
    {
        await using TestBridge bridge = await StartAsync();
        await using TestTerminal old = await GreetAsync(bridge, await bridge.EnrolAsync("m2-001"), null, commands: false);
        await CliAsync(bridge, "terminal", "config", "m2-001", "Repeat:Seconds=30");
        await CliAsync(bridge, "terminal", "command", "m2-001", "identify");
        // The roster's line of its site comes in any case; nothing else does.
        RelayMessage relay = await ReadAsync(old, Topics.Relay, ContractJson.Default.RelayMessage);
        await old.PublishAsync(Topics.For("m2-001", Topics.Applied), ContractCodec.Write(new AppliedMessage { Relay = new() { Line = relay.Line, Revision = 0, Site = "" } }, ContractJson.Default.AppliedMessage));
        // What comes after configuration and commands in the same look at what is to go down.
        await CliAsync(bridge, "terminal", "rename-site", "main", "North");
        (await ReadAsync(old, Topics.Relay, ContractJson.Default.RelayMessage)).Site.ShouldBe("North");
        (await bridge.Get<ICommandStore>().ListAsync("m2-001", 5)).Single().State.ShouldBe(CommandState.Waiting);
    }

    [Fact]
    public async Task A_command_is_signed_at_its_issue_sent_until_it_is_answered_and_its_end_is_kept()
    {
        await using TestBridge bridge = await StartAsync();
        Enrolled one = await bridge.EnrolAsync("m2-001");
        await using TestTerminal terminal = await GreetAsync(bridge, one, new() { Revision = 0, Digest = "" });
        Guid id = (await CliAsync(bridge, "terminal", "command", "m2-001", "collect-log")).GetProperty("id").GetGuid();
        Guid later = (await CliAsync(bridge, "terminal", "command", "m2-001", "identify")).GetProperty("id").GetGuid();
        CommandMessage message = await ReadAsync(terminal, Topics.Command, ContractJson.Default.CommandMessage);
        CommandBody body = JsonSerializer.Deserialize(Convert.FromBase64String(message.Body), ContractJson.Default.CommandBody)!;
        (body.Id, body.Terminal, body.Kind).ShouldBe((id, "m2-001", CommandKinds.CollectLog));
        CommandRules.Check(body).ShouldBeNull();
        (await ReadAsync(terminal, Topics.Command, ContractJson.Default.CommandMessage)).ShouldBe(message, "the lost answer costs a repeat of the very same bytes");

        // The bridge goes down between acceptance and end.
        await ResultAsync(terminal, new() { Id = id, State = CommandStates.Accepted, Text = "Accepted.", At = 5 });
        CommandBody next = await BodyAsync(terminal);
        next.Id.ShouldBe(later);
        await bridge.RestartAsync(builder => builder.Services.AddSingleton(Quick));
        await using TestTerminal again = await GreetAsync(bridge, one, new() { Revision = 0, Digest = "" });
        (await BodyAsync(again)).Id.ShouldBe(id, "asked once how it ended");
        await ResultAsync(again, new() { Id = id, State = CommandStates.Done, Text = "Here.", At = 6, Attachment = "line 1\nline 2" });
        // A late and a foreign word change nothing.
        await ResultAsync(again, new() { Id = id, State = CommandStates.Accepted, Text = "Accepted.", At = 5 });
        await ResultAsync(again, new() { Id = Guid.NewGuid(), State = CommandStates.Done, Text = "What?", At = 5 });
        (await BodyAsync(again)).Id.ShouldBe(later);
        await ResultAsync(again, new() { Id = later, State = CommandStates.Refused, Code = CommandRefusals.Unavailable, Text = "No screen.", At = 7 });
        ICommandStore commands = bridge.Get<ICommandStore>();
        IReadOnlyList<CommandRow> rows = await commands.ListAsync("m2-001", 5);
        rows.Select(row => (row.Id, row.State, row.Code, row.Message)).ShouldBe([(later, CommandState.Refused, CommandRefusals.Unavailable, "No screen."), (id, CommandState.Done, null, "Here.")], ignoreOrder: true);
        (await commands.FindAsync(id))!.Attachment.ShouldBe("line 1\nline 2");
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).Count(row => row.Action == "terminal.command" && row.Target == "m2-001").ShouldBe(2);
        (await CliAsync(bridge, "terminal", "result", id.ToString())).GetProperty("log").GetString().ShouldBe("line 1\nline 2");
        (await bridge.Get<IAuditStore>().AuditLogAsync(1)).Single().Action.ShouldBe("terminal.log.read");
    }

    [Theory]
    [InlineData("terminal command m2-009 identify", "no terminal 'm2-009'")]
    [InlineData("terminal command m2-001 explode", "no command 'explode'")]
    [InlineData("terminal command m2-001 open-door --minutes 60", "at most 10 minutes")]
    [InlineData("terminal command m2-001 reboot what=world", "what=agent or what=board")]
    [InlineData("terminal config m2-001 Bridge:Host=evil", "cannot be set from the bridge")]
    [InlineData("terminal config m2-001 TimeZone=Mars/Base", "IANA")]
    [InlineData("terminal config m2-001 Repeat:Seconds=many", "whole number")]
    [InlineData("terminal config m2-009 Repeat:Seconds=3", "no terminal")]
    [InlineData("terminal config Repeat:Seconds=3 --site Nowhere", "no site")]
    [InlineData("terminal config", "Say for whom")]
    [InlineData("terminal explode", "Say what")]
    public async Task What_cannot_be_asked_for_is_refused_with_one_sentence_before_anything_is_stored(string line, string says)
    {
        await using TestBridge bridge = await StartAsync();
        await bridge.EnrolAsync("m2-001");
        StringWriter said = new();
        (await BridgeProgram.RunAsync([.. line.Split(' '), "--data", bridge.Data], said, said)).ShouldBe(BridgeProgram.StartFailed);
        said.ToString().ShouldContain(says);
        (await bridge.Get<ICommandStore>().ListAsync("m2-001", 5)).ShouldBeEmpty();
        (await bridge.Get<IConfigStore>().AllLayersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_command_key_lies_beside_the_root_for_the_bridge_alone_and_is_made_once()
    {
        await using TestBridge bridge = await StartAsync();
        CommandSigner signer = bridge.Get<CommandSigner>();
        string[] certificates = [.. Enumerable.Range(0, 3).Select(i => JsonSerializer.Deserialize(signer.Make("m2-001", CommandKinds.Identify, new Dictionary<string, string>(), TimeSpan.FromMinutes(1), "op", out _)!.Envelope, ContractJson.Default.CommandMessage)!.Certificate)];
        certificates.Distinct().Count().ShouldBe(1);
        string key = Path.Combine(bridge.Data, "ca", "command.key");
        File.Exists(key).ShouldBeTrue();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Task<TestBridge> StartAsync() => TestBridge.StartAsync(builder => builder.Services.AddSingleton(Quick));

    private static async Task<TestTerminal> GreetAsync(TestBridge bridge, Enrolled identity, ConfigApplied? at, bool commands = true)
    {
        TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        await terminal.PublishAsync(new TestLedger(identity.Terminal).Hello() with { Applied = new() { Config = at, Commands = commands ? true : null } });
        await terminal.StateAsync();
        return terminal;
    }

    private static async Task<JsonElement> CliAsync(TestBridge bridge, params string[] line)
    {
        StringWriter said = new();
        (await BridgeProgram.RunAsync([.. line, "--data", bridge.Data, "--json"], said, said)).ShouldBe(0, said.ToString());
        return said.ToString().StartsWith('{') ? JsonDocument.Parse(said.ToString()).RootElement.Clone() : default;
    }

    private static Task<ConfigMessage> ConfigAsync(TestTerminal terminal) => ReadAsync(terminal, Topics.Config, ContractJson.Default.ConfigMessage);

    private static async Task<CommandBody> BodyAsync(TestTerminal terminal) =>
        JsonSerializer.Deserialize(Convert.FromBase64String((await ReadAsync(terminal, Topics.Command, ContractJson.Default.CommandMessage)).Body), ContractJson.Default.CommandBody)!;

    private static async Task<T> ReadAsync<T>(TestTerminal terminal, string leaf, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        ContractCodec.TryRead(await terminal.DownAsync(leaf), type, out T? message, out Problem? problem).ShouldBeTrue(problem?.Text);
        return message!;
    }

    private static async Task AnswerAsync(TestTerminal terminal, ConfigApplied applied) =>
        (await terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, Topics.Applied), ContractCodec.Write(new AppliedMessage { Config = applied }, ContractJson.Default.AppliedMessage))).ReasonCode.ToString().ShouldBe("Success");

    private static async Task ResultAsync(TestTerminal terminal, CommandResult result) =>
        (await terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, Topics.Result), ContractCodec.Write(result, ContractJson.Default.CommandResult))).ReasonCode.ToString().ShouldBe("Success");
}
