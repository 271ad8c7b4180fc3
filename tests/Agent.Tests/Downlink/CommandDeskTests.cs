using System.Text;
using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Hosting;

namespace Devices.Edge.Agent.Tests.Downlink;

/// <summary>Commands: only the bridge's own, only for this terminal, only in time, and each at most once, whatever happens in between.</summary>
public sealed class CommandDeskTests
{
    [Fact]
    public async Task The_door_is_released_once_however_often_the_command_comes()
    {
        using CommandBench bench = new();
        byte[] command = bench.Sign(bench.Body(CommandKinds.OpenDoor));
        (await bench.DoAsync(command)).State.ShouldBe(CommandStates.Done);
        for (int i = 0; i < 3; i++) (await bench.DoAsync(command)).ShouldSatisfyAllConditions(r => r.State.ShouldBe(CommandStates.Done), r => r.Text.ShouldContain("3000 ms"));
        bench.Restart();
        (await bench.DoAsync(command)).State.ShouldBe(CommandStates.Done);
        bench.Opened.Count.ShouldBe(1);
        bench.Sent.Select(one => one.State).First().ShouldBe(CommandStates.Accepted);
    }

    [Fact]
    public async Task A_crash_between_noting_and_doing_leaves_it_undone_and_says_so()
    {
        using CommandBench bench = new() { Door = _ => throw new OperationCanceledException("the agent ends here") };
        byte[] command = bench.Sign(bench.Body(CommandKinds.OpenDoor));
        await Should.ThrowAsync<OperationCanceledException>(() => bench.DoAsync(command));
        bench.Door = _ => Task.FromResult(true);
        bench.Restart();
        CommandResult told = await bench.DoAsync(command);
        (told.State, told.Code, bench.Opened.Count).ShouldBe((CommandStates.Unsure, CommandRefusals.Interrupted, 1));
        told.Text.ShouldContain("not done again");
    }

    [Fact]
    public async Task A_controller_that_does_not_confirm_makes_it_unsure_and_it_is_not_tried_again()
    {
        using CommandBench bench = new() { Door = _ => Task.FromResult(false) };
        byte[] command = bench.Sign(bench.Body(CommandKinds.OpenDoor));
        CommandResult told = await bench.DoAsync(command);
        (told.State, told.Code).ShouldBe((CommandStates.Unsure, CommandRefusals.Unconfirmed));
        (await bench.DoAsync(command)).State.ShouldBe(CommandStates.Unsure);
        bench.Opened.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_is_told_as_done_by_the_next_start()
    {
        using CommandBench bench = new();
        await bench.DoAsync(bench.Sign(bench.Body(CommandKinds.Reboot)));
        (bench.Stops.Count, bench.Sent[^1].State).ShouldBe((1, CommandStates.Accepted));
        bench.Restart();
        bench.Book.Untold().ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.State.ShouldBe(CommandStates.Done), r => r.Text.ShouldBe("The agent has started again."));
        bench.Stops.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("stranger", "signature")]
    [InlineData("terminal's certificate", "signature")]
    [InlineData("no usage", "signature")]
    [InlineData("altered", "signature")]
    [InlineData("other terminal", "wrong-terminal")]
    [InlineData("expired", "expired")]
    [InlineData("unknown kind", "unknown-kind")]
    [InlineData("update", "malformed")]
    [InlineData("no controller", "unavailable")]
    [InlineData("no door", "unavailable")]
    [InlineData("forbidden", "not-allowed")]
    [InlineData("board", "not-allowed")]
    [InlineData("untrusted clock", "clock")]
    [InlineData("endless", "malformed")]
    public async Task What_may_not_be_done_is_refused_with_its_reason_and_told(string what, string code)
    {
        using CommandBench bench = new(options => options with { MayOpenDoor = what != "forbidden", DoorOpenMs = what == "no door" ? 0 : 3000 }, trusted: what != "untrusted clock");
        bench.Controller = what != "no controller";
        CommandBody body = bench.Body(what switch { "unknown kind" => "explode", "update" => CommandKinds.Update, "board" => CommandKinds.Reboot, _ => CommandKinds.OpenDoor }, arguments: what switch { "board" => [("what", "board")], "update" => [("what", "9.9")], _ => [] });
        if (what == "other terminal") body = body with { Terminal = "m2-002" };
        if (what == "endless") body = body with { ExpiresAt = body.IssuedAt + 100L * 86_400_000 };
        byte[] message = bench.Sign(body, what switch { "terminal's certificate" => "1.3.6.1.5.5.7.3.2", "no usage" => null, _ => CommandRules.CommandUse }, stranger: what == "stranger");
        if (what == "altered")
        {
            CommandMessage signed = JsonSerializer.Deserialize(message, ContractJson.Default.CommandMessage)!;
            string bent = Encoding.UTF8.GetString(Convert.FromBase64String(signed.Body)).Replace(CommandKinds.OpenDoor, CommandKinds.Identify, StringComparison.Ordinal);
            message = ContractCodec.Write(signed with { Body = Convert.ToBase64String(Encoding.UTF8.GetBytes(bent)) }, ContractJson.Default.CommandMessage);
        }
        if (what == "expired") bench.Clock.Advance(TimeSpan.FromMinutes(6));
        CommandResult told = await bench.DoAsync(message);
        (told.State, told.Code, told.Text.EndsWith('.')).ShouldBe((CommandStates.Refused, code, true));
        (bench.Opened.Count, bench.Stops.Count).ShouldBe((0, 0));

        // What nobody signed used up no id: the true command still works.
        if (code == "signature") (await bench.DoAsync(bench.Sign(body))).State.ShouldBe(CommandStates.Done);
    }

    [Fact]
    public async Task Another_command_under_a_used_id_is_neither_done_nor_answered()
    {
        using CommandBench bench = new();
        CommandBody body = bench.Body(CommandKinds.Identify);
        await bench.DoAsync(bench.Sign(body));
        int sent = bench.Sent.Count;
        await bench.Desk.TakeAsync(bench.Sign(body with { Kind = CommandKinds.OpenDoor }), TestContext.Current.CancellationToken);
        (bench.Opened.Count, bench.Book.Untold().Count, bench.Sent.Count).ShouldBe((0, 0, sent));
        bench.Narration.Recent.ShouldContain(e => e.Text.Contains("under the id of another", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_clock_is_not_trusted_what_does_no_harm_late_is_done_and_nothing_before_the_floor()
    {
        using CommandBench bench = new(trusted: false);
        bench.Trusted.Read().Trusted.ShouldBeFalse();
        (await bench.DoAsync(bench.Sign(bench.Body(CommandKinds.RefreshRoster)))).State.ShouldBe(CommandStates.Done);
        bench.Rosters.ShouldBe(1);
        CommandBody old = bench.Body(CommandKinds.Reboot) with { IssuedAt = 1_000, ExpiresAt = 2_000 };
        (await bench.DoAsync(bench.Sign(old))).Code.ShouldBe(CommandRefusals.Expired);
    }

    [Fact]
    public async Task What_was_forgotten_is_not_done_again()
    {
        using CommandBench bench = new();
        byte[] first = bench.Sign(bench.Body(CommandKinds.RefreshRoster, TimeSpan.FromDays(6)));
        await bench.DoAsync(first);
        for (int i = 0; i < 2005; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
            CommandBody body = bench.Body(CommandKinds.Identify);
            CommandResult result = new() { Id = body.Id, State = CommandStates.Done, Text = "Done.", At = 1 };
            bench.Book.Note(body, [1], "b", result).ShouldBeTrue();
            bench.Book.Confirmed(result);
        }
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await bench.DoAsync(bench.Sign(bench.Body(CommandKinds.Identify)));
        (await bench.DoAsync(first)).Code.ShouldBe(CommandRefusals.Replay);
        bench.Rosters.ShouldBe(1);
    }

    [Fact]
    public async Task A_collected_log_has_no_person_in_it_and_fits()
    {
        using CommandBench bench = new();
        bench.Narration.Tell(new NarrationEvent { Kind = "punch", Person = "u17", Name = "Ada Lovelace", Method = "face", Seq = 12, Text = "Ada Lovelace recognised 0.71, punch m2-001/12 stored" });
        bench.Narration.Warn("roster", "The card of u17 belongs to Ada Lovelace here.");
        bench.Narration.Warn("camera", "http://admin:geheim@10.0.0.9/stream?token=abc gave no frame.");
        for (int i = 0; i < 400; i++) bench.Narration.Tell("mcu", new string('x', 400));
        string log = (await bench.DoAsync(bench.Sign(bench.Body(CommandKinds.CollectLog)))).Attachment!;
        log.Length.ShouldBeLessThanOrEqualTo(CommandRules.MaxAttachment);
        IReadOnlyList<NarrationEvent> few = [.. bench.Narration.Recent.Take(3)];
        string start = LogExcerpt.Of(few);
        foreach (string secret in (string[])["Ada", "u17", "geheim", "abc", "admin"]) start.ShouldNotContain(secret);
        foreach (string useful in (string[])["punch method=face seq=12", "roster", "gave no frame"]) start.ShouldContain(useful);
        bench.Book.Find(bench.Sent[^1].Id)!.Result.Attachment.ShouldBeNull("once the bridge has it, it is kept no longer");
    }
}
