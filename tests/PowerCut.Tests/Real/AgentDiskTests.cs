using System.Text.Json;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Link;
using MQTTnet.Exceptions;

namespace Devices.PowerCut.Tests.Real;

/// <summary>A real agent on a disk that is full, or fails: the person is refused and told why, what was accepted stays, and it goes on without a restart.</summary>
public sealed class AgentDiskTests
{
    private const string Card = "04A1B2C3";
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task On_a_full_disk_a_card_is_refused_and_told_why_and_is_taken_when_there_is_room_again(int reserve)
    {
        Mounted.OrSkip();
        using Scratch scratch = new();
        string state = scratch["s"], link = scratch["l"];
        await using AgentProcess agent = Start(scratch, Mounted.Through(state, 14), $"--Ledger:ReserveMiB={reserve}");
        string inside = Mounted.Inside(agent.Id, state);
        File.CreateSymbolicLink(link, inside);
        await agent.UpAsync();
        (await agent.EnrolAsync("e1", "Grace Hopper", Card)).Code.ShouldBe(System.Net.HttpStatusCode.OK);
        await using McuClient mcu = await ConnectAsync(agent, inside);
        List<string> accepted = [];
        await PunchAsync("entry-1", ConfirmResult.Accepted);

        Mounted.Fill(inside, reserve == 0 ? 0 : 1_048_576);
        string? refused = null;
        // What was written into the log's file before may still take a few.
        for (int n = 2; n < 600 && refused is null; n++)
        {
            await mcu.CardAsync($"entry-{n}", Card);
            ConfirmMessage answer = await mcu.ConfirmOf($"entry-{n}");
            if (answer.Result == ConfirmResult.Accepted) accepted.Add($"entry-{n}");
            else
            {
                (answer.Result, answer.Reason, answer.Seq).ShouldBe((ConfirmResult.Full, "The terminal's memory is full.", 0L));
                refused = $"entry-{n}";
            }
        }

        refused.ShouldNotBeNull();
        JsonElement told = await agent.EventAsync("refused", line => line.GetProperty("text").GetString()!.Contains("ree some space", StringComparison.Ordinal));
        told.GetProperty("text").GetString()!.ShouldContain(reserve == 0 ? "full" : "are kept in reserve: the punch was not recorded");
        agent.HasExited.ShouldBeFalse();

        Mounted.Free(inside);
        int before = mcu.Confirms(refused);
        await mcu.CardAsync(refused, Card);
        await Until.True(() => mcu.Confirms(refused) > before, "an answer to the entry that is sent again");
        await PunchAsync("entry-last", ConfirmResult.Accepted);
        accepted.Add(refused);
        Whole(inside, scratch["copy"], accepted);
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);

        async Task PunchAsync(string entry, ConfirmResult result)
        {
            await mcu.CardAsync(entry, Card);
            (await mcu.ConfirmOf(entry)).Result.ShouldBe(result, agent.Output);
            accepted.Add(entry);
        }
    }

    [Theory]
    [InlineData("posix/io/rw/pwrite", NoSpace)]
    [InlineData("posix/io/rw/pwrite", InputOutput)]
    [InlineData("posix/io/sync/*", InputOutput)]
    public async Task A_disk_that_fails_under_the_agent_costs_no_accepted_card_and_heals_without_a_restart(string call, int errno)
    {
        FiuRun.OrSkip();
        using Scratch scratch = new();
        FiuRun fiu = new(scratch.Path);
        Directory.CreateDirectory(scratch["s"]);
        File.CreateSymbolicLink(scratch["l"], scratch["s"]);
        await using AgentProcess agent = Start(scratch, fiu.Through, "--Ledger:ReserveMiB=0");
        await agent.UpAsync();
        (await agent.EnrolAsync("e1", "Grace Hopper", Card)).Code.ShouldBe(System.Net.HttpStatusCode.OK);
        List<string> accepted = ["entry-1", "entry-2", "entry-3"];
        await using (McuClient mcu = await ConnectAsync(agent, scratch["s"]))
        {
            await mcu.CardAsync("entry-1", Card);
            (await mcu.ConfirmOf("entry-1")).Result.ShouldBe(ConfirmResult.Accepted);

            fiu.Fail(agent.Id, call, errno);
            bool taken = false;
            try
            {
                taken = (await mcu.CardAsync("entry-2", Card)).IsSuccess && mcu.IsConnected;
            }
            catch (Exception gone) when (gone is MqttCommunicationException or OperationCanceledException or InvalidOperationException)
            {
                // No PUBACK and no connection: the controller keeps the entry.
            }

            // Answered, if at all, by no.
            if (taken) (await mcu.ConfirmOf("entry-2")).Result.ShouldBe(ConfirmResult.Full);
            await agent.EventAsync(taken ? "refused" : "mcu", line => line.GetProperty("text").GetString() is { } text && (text.Contains("full", StringComparison.Ordinal) || text.Contains("could not be taken and will be sent again", StringComparison.Ordinal)));
            fiu.Heal(agent.Id, call);
        }

        // The same process, and the entry again, as the controller does it: it comes back also where the store was not yet well for its hello.
        await using McuClient again = await Until.Some(() => TryConnectAsync(agent, scratch["s"]), "the agent to take a hello again");
        foreach (string entry in accepted[1..])
        {
            await again.CardAsync(entry, Card);
            (await again.ConfirmOf(entry)).Result.ShouldBe(ConfirmResult.Accepted, agent.Output);
        }

        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        Whole(scratch["s"], scratch["copy"], accepted);
    }

    private static AgentProcess Start(Scratch scratch, string[] through, params string[] more)
    {
        File.WriteAllText(scratch["agent.json"], JsonSerializer.Serialize(new { Terminal = "m2-001", State = scratch["s"], TimeZone = "Asia/Shanghai", Camera = "none", Mcu = new { Port = 0 }, Repeat = new { Seconds = 0 } }));
        return AgentProcess.Run(Path.Combine(scratch["l"], "agent.sock"), through, ["--config", scratch["agent.json"], .. more]);
    }

    private static async Task<McuClient> ConnectAsync(AgentProcess agent, string inside)
    {
        using JsonDocument status = await agent.StatusAsync();
        return await McuClient.ConnectAsync(status.RootElement.GetProperty("mcu_port").GetInt32(), "m2-001", (await File.ReadAllTextAsync(Path.Combine(inside, "mcu.password"))).Trim());
    }

    private static async Task<McuClient?> TryConnectAsync(AgentProcess agent, string inside)
    {
        try
        {
            return await ConnectAsync(agent, inside);
        }
        catch (Exception gone) when (gone is MqttCommunicationException or OperationCanceledException or InvalidOperationException)
        {
            return null;
        }
    }

    // A copy, since the disk goes with the process; nothing is being written any more.
    private static void Whole(string folder, string copy, List<string> accepted)
    {
        Directory.CreateDirectory(copy);
        foreach (string name in (string[])["ledger.db", "ledger.db-wal"])
            if (File.Exists(Path.Combine(folder, name))) File.Copy(Path.Combine(folder, name), Path.Combine(copy, name));
        using (LedgerReader reader = LedgerReader.Open(Path.Combine(copy, "ledger.db")))
        {
            LedgerVerdict verdict = reader.Verify();
            verdict.Whole.ShouldBeTrue(verdict.Fault);
        }

        using LedgerStore ledger = LedgerStore.Open(new() { Path = Path.Combine(copy, "ledger.db"), Terminal = "m2-001", ReserveBytes = 0 }, "a later boot");
        string[] stored = [.. ledger.Range(1, 10_000).Select(row => row.Draft.Origin!)];
        stored.ShouldBeUnique();
        accepted.ShouldBeSubsetOf(stored);
        stored.Except(accepted).Except(["entry-last"]).ShouldBeEmpty("nothing that was refused is there");
    }
}
