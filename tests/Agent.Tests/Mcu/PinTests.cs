using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Link;
using PunchMethod = Devices.Contract.Punches.PunchMethod;

namespace Devices.Edge.Agent.Tests.Mcu;

public sealed class PinTests
{
    [Fact]
    public async Task A_right_pin_is_a_punch_and_the_same_entry_is_never_a_second()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [], null, null).ShouldBeNull();
        bench.Pins.Set("e1", "1001", "4826").ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        for (int i = 0; i < 2; i++) await mcu.SendAsync(Pin("inst-1", "1001", "4826"));
        ConfirmMessage answer = await mcu.ConfirmOf("inst-1");
        (answer.Result, answer.Seq, answer.Name).ShouldBe((ConfirmResult.Accepted, 1L, "Grace"));
        StoredPunch punch = bench.Ledger.Range(1, 10).ShouldHaveSingleItem();
        punch.Draft.Method.ShouldBe(PunchMethod.Pin);
        punch.Draft.Origin.ShouldBe("inst-1");
        bench.Narration.Recent.ShouldNotContain(e => e.Text.Contains("4826", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_pin_and_an_unknown_number_get_the_same_answer_also_when_sent_again()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [], null, null).ShouldBeNull();
        bench.Pins.Set("e1", "1001", "4826").ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.SendAsync(Pin("inst-1", "1001", "0000"));
        await mcu.SendAsync(Pin("inst-2", "9999", "4826"));
        foreach (string entry in new[] { "inst-1", "inst-2" })
        {
            ConfirmMessage answer = await mcu.ConfirmOf(entry);
            (answer.Result, answer.Reason, answer.Name).ShouldBe((ConfirmResult.Refused, "pin-wrong", ""));
        }

        // The PIN is changed meanwhile; the entry that was refused stays refused.
        bench.Pins.Set("e1", "1001", "0070").ShouldBeNull();
        await mcu.SendAsync(Pin("inst-1", "1001", "0070"));
        await Until.True(() => mcu.Confirms("inst-1") == 2, "the second answer");
        bench.Ledger.LastSeq.ShouldBe(0);
    }

    [Fact]
    public void Five_wrong_ones_lock_the_number_over_a_restart_and_not_for_ever()
    {
        using Scratch scratch = new();
        BenchClock clock = new();
        using (PinBook book = Open(scratch, clock))
        {
            book.Set("e1", "1001", "4826").ShouldBeNull();
            book.Set("e2", "1002", "7391").ShouldBeNull();
            for (int i = 0; i < 5; i++) book.Check("1001", "1111", out _).ShouldBe(PinVerdict.Wrong);
            book.Check("1001", "4826", out _).ShouldBe(PinVerdict.Locked);
        }

        using PinBook again = Open(scratch, clock);
        again.Check("1001", "4826", out _).ShouldBe(PinVerdict.Locked);
        again.Check("1002", "7391", out string other).ShouldBe(PinVerdict.Right);
        other.ShouldBe("e2");
        clock.WallMs -= (long)TimeSpan.FromDays(400).TotalMilliseconds;
        again.Check("1001", "4826", out _).ShouldBe(PinVerdict.Locked);
        clock.Advance(TimeSpan.FromMinutes(16));
        again.Check("1001", "4826", out string person).ShouldBe(PinVerdict.Right);
        person.ShouldBe("e1");
    }

    [Fact]
    public void Four_wrong_ones_and_then_the_right_one_start_the_count_anew()
    {
        using Scratch scratch = new();
        using PinBook book = Open(scratch, new BenchClock());
        book.Set("e1", "1001", "4826").ShouldBeNull();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 4; i++) book.Check("1001", "1111", out _).ShouldBe(PinVerdict.Wrong);
            book.Check("1001", "4826", out _).ShouldBe(PinVerdict.Right);
        }
    }

    [Fact]
    public async Task Trying_many_numbers_locks_the_keypad_and_is_told()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", [], null, null).ShouldBeNull();
        bench.Pins.Set("e1", "1001", "4826").ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        for (int i = 0; i < 20; i++) await mcu.SendAsync(Pin($"inst-{i}", $"{2000 + i}", "4826"));
        await mcu.SendAsync(Pin("inst-right", "1001", "4826"));
        (await mcu.ConfirmOf("inst-right")).Reason.ShouldBe("pin-locked");
        bench.Ledger.Events.Peek(10).ShouldContain(e => e.Kind == "tamper");
    }

    [Theory]
    [InlineData("1001", "123")]
    [InlineData("1001", "1234567890123")]
    [InlineData("1001", "12a4")]
    [InlineData("1001", "1234")]
    [InlineData("1001", "9876")]
    [InlineData("1001", "7777")]
    [InlineData("1001", "1001")]
    [InlineData("", "4826")]
    [InlineData("e1", "4826")]
    public void A_number_or_pin_that_will_not_do_gets_a_sentence(string number, string pin)
    {
        using Scratch scratch = new();
        using PinBook book = Open(scratch, new BenchClock());
        book.Set("e1", number, pin).ShouldNotBeNull().ShouldEndWith(".");
    }

    [Fact]
    public void Nobody_takes_another_persons_number_and_an_erased_pin_is_gone()
    {
        using Scratch scratch = new();
        using PinBook book = Open(scratch, new BenchClock());
        book.Set("e1", "1001", "4826").ShouldBeNull();
        book.Set("e2", "1001", "7391").ShouldNotBeNull();
        book.Set("e1", "1009", "4826").ShouldBeNull();
        book.Check("1001", "4826", out _).ShouldBe(PinVerdict.Wrong, "the old number is free");
        book.Remove("e1").ShouldBeTrue();
        book.Check("1009", "4826", out _).ShouldBe(PinVerdict.Wrong);
    }

    [Fact]
    public void The_table_holds_no_pin_and_its_key_is_for_the_owner_alone()
    {
        using Scratch scratch = new();
        using PinBook book = Open(scratch, new BenchClock());
        book.Set("e1", "1001", "482655").ShouldBeNull();
        book.Set("e2", "1002", "482655").ShouldBeNull();
        foreach (string file in Directory.GetFiles(scratch.Path)) File.ReadAllBytes(file).AsSpan().IndexOf("482655"u8).ShouldBe(-1, file);
        File.GetUnixFileMode(scratch["pins.key"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_board_without_time_takes_the_mcus_and_drops_it_for_a_surer_one()
    {
        BenchClock clock = new() { Synchronised = false };
        await using McuBench bench = await McuBench.StartAsync(clock: clock);
        bench.Trusted.Read().Trusted.ShouldBeFalse();
        await using McuClient mcu = await bench.McuAsync();
        await mcu.SendAsync(new HelloMessage { Boot = "mcu-boot-1", Firmware = "0.2.0", Reason = "power", UptimeMs = 60_000, Now = clock.WallMs + 7_000, UncertaintyMs = 3_000 });
        await Until.True(() => bench.Trusted.Read().Trusted, "trust in the MCU's clock");
        bench.Trusted.Read().UncertaintyMs.ShouldBeInRange(3_000, 4_000);
        (bench.Trusted.Read().AtMs - clock.WallMs).ShouldBeInRange(6_900, 7_100);
        bench.Trusted.OfferMcuTime(clock.WallMs + 900_000, 1, clock.MonotonicMs).ShouldBeFalse("once trusted, the MCU could only give back what we told it");
    }

    [Fact]
    public async Task An_mcu_that_does_not_say_how_sure_it_is_is_not_believed()
    {
        BenchClock clock = new() { Synchronised = false };
        await using McuBench bench = await McuBench.StartAsync(clock: clock);
        await using McuClient mcu = await bench.McuAsync();
        await mcu.SendAsync(new HelloMessage { Boot = "mcu-boot-1", Firmware = "0.1.0", Reason = "power", UptimeMs = 60_000, Now = clock.WallMs });
        await mcu.SendAsync(new HelloMessage { Boot = "mcu-boot-1", Firmware = "0.2.0", Reason = "power", UptimeMs = 60_000, Now = clock.WallMs, UncertaintyMs = 600_000 });
        await mcu.SendAsync(new HelloMessage { Boot = "mcu-boot-1", Firmware = "0.2.0", Reason = "power", UptimeMs = 60_000, Now = 1_000_000_000_000, UncertaintyMs = 1 });
        bench.Trusted.Read().Trusted.ShouldBeFalse();
    }

    private static PinBook Open(Scratch scratch, BenchClock clock) => new(scratch["pins.db"], scratch["pins.key"], clock, iterations: 1_000);

    private static PinMessage Pin(string id, string number, string pin) => new() { Id = id, Person = number, Pin = pin, UptimeMs = 60_000, Boot = "mcu-boot-1" };
}
