using Devices.Contract.Messages;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Updates;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>What the launcher starts, and what the desk takes, waits for, rolls back and refuses.</summary>
public sealed class SlotTests : IDisposable
{
    private readonly PlayedRelease _release = new();
    private readonly PlayedDisk _disk = new();
    private readonly PlayedTerminal _terminal;

    public SlotTests()
    {
        _terminal = new(_release, _disk);
        _release.Publish(_release.Agent("1.0.0", counter: 1), _release.Agent("2.0.0", counter: 2));
    }

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task A_version_goes_on_trial_is_confirmed_and_the_one_before_it_stays_beside_it()
    {
        await Updated("1.0.0");
        await Updated("2.0.0");
        _terminal.Starts.ShouldBe(["first", "1.0.0", "1.0.0", "2.0.0"]);
        _terminal.Told!.Running["agent/agent"].ShouldBe("2.0.0");
        _terminal.VersionOf(_terminal.Told.Slot == "a" ? "b" : "a").ShouldBe("1.0.0");
    }

    [Fact]
    public async Task A_version_that_dies_is_started_three_times_and_then_never_again_by_itself()
    {
        await Updated("1.0.0");
        _terminal.Dies = version => version == "2.0.0";
        await Updated("2.0.0");
        _terminal.Starts.ShouldBe(["first", "1.0.0", "1.0.0", "2.0.0", "2.0.0", "2.0.0", "1.0.0"]);
        UpdateProgress told = _terminal.Told!.Progress.Single();
        (told.State, told.Code).ShouldBe((UpdateStates.RolledBack, UpdateCodes.Crashed));
        _terminal.Notes.ShouldContain(note => note.Contains("2.0.0 was rolled back", StringComparison.Ordinal));
        // Told to, it tries again.
        _terminal.Family().Forgive();
        _terminal.Dies = _ => false;
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Fact]
    public async Task A_version_that_works_and_hears_no_answer_of_the_bridge_is_rolled_back_and_tried_three_times_in_all()
    {
        await Updated("1.0.0");
        _terminal.Answers = version => version != "2.0.0";
        await Updated("2.0.0");
        _terminal.Starts.Count(one => one == "2.0.0").ShouldBe(3);
        _terminal.Starts[^1].ShouldBe("1.0.0");
        _terminal.Told!.Progress.Single().Code.ShouldBe(UpdateCodes.NoRoundTrip);
        _terminal.Events.ShouldContain(one => one.StartsWith("update-rolled-back: Version 2.0.0 of agent is rolled back: No answer of the bridge", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_in_which_less_works_than_before_is_rolled_back()
    {
        await Updated("1.0.0");
        _terminal.Works = version => version != "2.0.0";
        await Updated("2.0.0");
        (_terminal.Starts[^1], _terminal.Told!.Progress.Single().Code).ShouldBe(("1.0.0", UpdateCodes.Unhealthy));
    }

    [Fact]
    public async Task Where_not_everything_worked_before_the_same_is_enough()
    {
        await Updated("1.0.0");
        _terminal.Works = _ => false;
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Fact]
    public async Task AI_on_the_edge_device_390_a_damaged_slot_gives_way_to_the_one_before_it_and_both_damaged_to_what_was_set_up()
    {
        await Updated("1.0.0");
        await Updated("2.0.0");
        string current = _terminal.Family().Current!, other = current == "a" ? "b" : "a";
        _disk.Damage($"/s/slots/{current}/lib/big.bin");
        (await _terminal.StartAsync()).ShouldBeFalse();
        _terminal.Starts[^1].ShouldBe("1.0.0");
        _terminal.Told!.Recovery!.ShouldContain("lib/big.bin is altered or damaged");
        _disk.Damage($"/s/slots/{other}/Devices.Edge.Agent");
        (await _terminal.StartAsync()).ShouldBeFalse();
        _terminal.Starts[^1].ShouldBe("first");
        _terminal.Told!.Recovery!.ShouldContain("what this terminal was set up with runs");
        _terminal.Events.ShouldContain(one => one.StartsWith("update-recovery: ", StringComparison.Ordinal));
        // And out of recovery it comes by itself while the bridge wishes it.
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Theory]
    [InlineData("/s/slots/b/added.dll")]
    [InlineData("/s/slots/b/lib/added.so")]
    public async Task A_file_that_somebody_added_to_a_slot_is_not_started_with_it(string path)
    {
        await Updated("1.0.0");
        string slot = _terminal.Family().Current!;
        using (IUpdateFile file = _disk.Append(path.Replace("/b/", $"/{slot}/", StringComparison.Ordinal))) file.Write("evil"u8);
        await _terminal.StartAsync();
        _terminal.Starts[^1].ShouldBe("first");
    }

    [Fact]
    public async Task Midad_by_foulad_156_a_slot_that_nobody_signed_is_not_started()
    {
        using PlayedRelease foreign = new();
        foreign.Publish(foreign.Agent("6.6.6"));
        SlotFamily family = new(_disk, "/s/slots", new PackageTrust(foreign.Root, new MetadataFolder(_disk, "/s/updates/metadata")));
        family.Install("a", foreign.Targets[0], foreign.TargetsBytes, new MemoryStream(foreign.PackageOf(foreign.Targets[0])), CancellationToken.None);
        family.Switch("a", new("agent", "6.6.6", 0, true));
        family.Confirm();
        await _terminal.StartAsync();
        _terminal.Starts.ShouldBe(["first"]);
        _terminal.Told!.Recovery!.ShouldContain("signed by keys which this terminal trusts");
    }

    [Fact]
    public async Task Changed_keys_do_not_take_away_what_was_installed_before()
    {
        await Updated("1.0.0");
        _release.RotateTargets();
        _release.Publish();
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
        _disk.Damage($"/s/slots/{_terminal.Family().Current}/lib/big.bin");
        await _terminal.StartAsync();
        _terminal.Starts[^1].ShouldBe("1.0.0", "it was signed by the key that counted then");
    }

    [Fact]
    public async Task A_current_version_that_never_lasts_gives_way_to_the_one_before_it_then_to_what_was_set_up_and_comes_around()
    {
        await Updated("1.0.0");
        await Updated("2.0.0");
        _terminal.Starts.Clear();
        _terminal.Dies = _ => true;
        for (int i = 0; i < 14; i++) await _terminal.StartAsync();
        _terminal.Starts.ShouldBe(["2.0.0", "2.0.0", "2.0.0", "2.0.0", "2.0.0", "1.0.0", "1.0.0", "1.0.0", "first", "first", "first", "first", "2.0.0", "2.0.0"]);
    }

    [Fact]
    public async Task A_program_that_the_system_does_not_start_is_rolled_back_at_once()
    {
        await Updated("1.0.0");
        SlotFamily family = _terminal.Family();
        family.Install("b", _release.Targets[1], _release.TargetsBytes, new MemoryStream(_release.PackageOf(_release.Targets[1])), CancellationToken.None);
        family.Switch("b", new("agent", "2.0.0", 0, true));
        List<string?> tried = [];
        SlotLauncher.Decide(family, (slot, _) => tried.Add(slot));
        tried.ShouldBe(["b", "a", null]);
        family.Bad.Single().Code.ShouldBe(UpdateCodes.CannotStart);
        family.OnTrial.ShouldBeNull();
    }

    [Fact]
    public async Task A_download_goes_on_where_it_stopped_and_fetches_nothing_twice()
    {
        UpdateTarget target = _release.Targets[1];
        target.ChunkCount.ShouldBe(2);
        _release.Bend = (_, from, bytes) => from > 0 ? throw new UpdateWaitException("The line is gone.") : bytes;
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        UpdateProgress told = _terminal.Told!.Progress.Single();
        (told.State, told.Code, told.Text).ShouldBe((UpdateStates.Waiting, UpdateCodes.Network, "The line is gone."));
        _release.Bend = (_, _, bytes) => bytes;
        int before = _release.Asked.Count;
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
        _release.Asked.Skip(before).ShouldBe([(target.Sha256, (long)UpdateTarget.ChunkBytes)]);
    }

    [Fact]
    public async Task Autonomous_os_202_an_altered_chunk_is_refused_and_never_kept()
    {
        _release.Bend = (_, from, bytes) =>
        {
            if (from > 0) bytes[7] ^= 1;
            return bytes;
        };
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        UpdateProgress told = _terminal.Told!.Progress.Single();
        (told.State, told.Code).ShouldBe((UpdateStates.Refused, UpdateCodes.Metadata));
        told.Text!.ShouldContain("chunk 2 of 2");
        _terminal.Family().PackageIn("a").ShouldBeNull();
        _release.Bend = (_, _, bytes) => bytes;
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Fact]
    public async Task Midad_by_foulad_160_an_older_version_is_not_taken_after_a_newer_one_whatever_the_bridge_wishes()
    {
        await Updated("2.0.0");
        await _terminal.StartAsync(PlayedTerminal.Wish("1.0.0"));
        _terminal.Told!.Progress.Single().Code.ShouldBe(UpdateCodes.Downgrade);
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Theory]
    [InlineData(2, 2, 1, "could not read after a rollback")]
    [InlineData(1, 2, 1, null)]
    public async Task A_version_that_writes_what_the_one_before_cannot_read_is_refused(long writes, long reads, long firstReads, string? why)
    {
        _terminal.FirstReads = firstReads;
        _release.Publish(_release.Agent("3.0.0", counter: 3, writes: writes, reads: reads));
        await Updated("3.0.0");
        if (why is null) _terminal.Starts[^1].ShouldBe("3.0.0");
        else _terminal.Told!.Progress.Single().Text!.ShouldContain(why);
    }

    [Fact]
    public async Task A_version_that_cannot_read_what_was_written_here_is_refused()
    {
        _disk.CreateFolder("/s/updates");
        _disk.Write("/s/updates/floor.json", """{"format":2}"""u8);
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        (_terminal.Told!.Progress.Single().Code, _terminal.Starts.Count).ShouldBe((UpdateCodes.StateFormat, 1));
    }

    [Fact]
    public async Task Models_of_other_templates_are_refused_unless_the_release_asks_for_enrolment()
    {
        _release.Publish(_release.Models("2", "pack@2"), _release.Models("1.1", "pack@1"));
        await _terminal.StartAsync(PlayedTerminal.Wish("2", UpdateKinds.Models, "pack"));
        _terminal.Told!.Progress.Single().Code.ShouldBe(UpdateCodes.Templates);
        (await _terminal.StartAsync(PlayedTerminal.Wish("1.1", UpdateKinds.Models, "pack"))).ShouldBeTrue("it starts again with the new pack");
        (await _terminal.StartAsync(PlayedTerminal.Wish("2", UpdateKinds.Models, "pack", enrolAgain: true))).ShouldBeTrue();
    }

    [Fact]
    public async Task It_waits_for_a_trusted_clock_for_room_and_for_a_moment_in_which_nobody_is_there()
    {
        _terminal.ClockTrusted = false;
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        _terminal.Told!.Progress.Single().Code.ShouldBe(UpdateCodes.Clock);
        _terminal.ClockTrusted = true;
        _disk.Free = 64 << 20;
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        _terminal.Told!.Progress.Single().Text!.ShouldContain("too little free space");
        _release.Asked.ShouldBeEmpty("nothing is fetched that has no room");
        _disk.Free = 1 << 30;
        _terminal.Quiet = false;
        (await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"))).ShouldBeFalse();
        _terminal.Told!.Progress.Single().State.ShouldBe(UpdateStates.Ready);
        _terminal.Quiet = true;
        await Updated("2.0.0");
        _terminal.Starts[^1].ShouldBe("2.0.0");
    }

    [Fact]
    public async Task Metadata_that_is_over_is_refused_and_what_runs_goes_on()
    {
        await Updated("1.0.0");
        _terminal.Time.Advance(TimeSpan.FromDays(8));
        await _terminal.StartAsync(PlayedTerminal.Wish("2.0.0"));
        UpdateProgress told = _terminal.Told!.Progress.Single();
        (told.State, told.Code).ShouldBe((UpdateStates.Refused, UpdateCodes.Metadata));
        told.Text!.ShouldContain("expired");
        _terminal.Starts[^1].ShouldBe("1.0.0");
    }

    [Fact]
    public void Where_the_state_is_is_read_without_judging_other_settings()
    {
        using Support.Scratch scratch = new();
        File.WriteAllText(scratch["c.json"], """{ "State": "/x/y", "Known:Only:To:A:Newer:Version": 1 } // ok""");
        SlotLauncher.StateOf(["--config", scratch["c.json"]]).ShouldBe("/x/y");
        SlotLauncher.StateOf(["--config", scratch["c.json"], "--State=/z"]).ShouldBe("/z");
        SlotLauncher.StateOf([]).ShouldBeNull();
    }

    [Fact]
    public void The_formats_in_the_package_are_those_of_the_program()
    {
        using var about = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "about.json")));
        (about.RootElement.GetProperty("state_writes").GetInt64(), about.RootElement.GetProperty("state_reads").GetInt64()).ShouldBe((StateFormat.Writes, StateFormat.Reads));
        // Whoever raises the ledger's schema raises the format too, in two releases; see StateFormat.
        using Support.Scratch scratch = new();
        LedgerStore.Open(new LedgerOptions { Path = scratch["ledger.db"], Terminal = "m2-001", ReserveBytes = 0 }, "boot").Dispose();
        using FileStream header = File.OpenRead(scratch["ledger.db"]);
        byte[] first = new byte[64];
        header.ReadExactly(first);
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(60)).ShouldBe(1, "PRAGMA user_version of the ledger in format 1");
    }

    private Task Updated(string version) => _terminal.SettleAsync(PlayedTerminal.Wish(version));
}
