using Devices.Faults.Check;
using Devices.Faults.World;

namespace Devices.Faults.Tests;

/// <summary>Whom the screen spoke to.</summary>
public class DeskTests
{
    private long _now = 1_000_000;

    [Fact]
    public void A_line_of_the_firmwares_screen_is_read()
    {
        ScreenLine line = ScreenLine.Parse("08:31:02 screen thanks: Thank you | t1p01 | 08:31 | 3 to upload")!;
        (line.Told, line.Name, line.Time).ShouldBe((Told.Thanked, "t1p01", "08:31"));
        ScreenLine.Parse("08:31:02 screen offline: Saved | It will be confirmed later | Offline, 1 to confirm")!.Told.ShouldBe(Told.Saved);
        ScreenLine.Parse("08:31:02 screen full: Terminal full | Kept here, not yet recorded. Tell the office")!.Told.ShouldBe(Told.Saved);
        ScreenLine.Parse("08:31:02 screen full: Terminal full | Not recorded. Tell the office")!.Told.ShouldBeNull("the board's own notice says the same");
        ScreenLine.Parse("08:31:02 screen hint: One moment")!.Told.ShouldBeNull();
        ScreenLine.Parse("08:31:02 Connected to the board.").ShouldBeNull();
    }

    [Fact]
    public void A_late_thank_you_belongs_to_whom_it_names()
    {
        Desk desk = new() { Now = () => _now };
        Desk.Standing first = desk.Come("ann", "card");
        _now += 2_000;
        desk.Hear("08:31:02 screen offline: Saved | It will be confirmed later");
        desk.Go(first);
        Desk.Standing second = desk.Come("bob", "card");
        _now += 100;
        desk.Hear("08:31:04 screen thanks: Thank you | ann | 08:31");
        second.Told.ShouldBe(Told.Nothing);
        (first.Told, first.Name).ShouldBe((Told.Thanked, "ann"));
        desk.Hear("08:31:04 screen thanks: Thank you | bob | 08:31");
        second.Told.ShouldBe(Told.Thanked);
        desk.Read("m2-001").Wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Thanking_somebody_who_is_not_there_is_kept_against_the_terminal()
    {
        Desk desk = new() { Now = () => _now };
        desk.Hear("08:31:04 screen thanks: Thank you | ann | 08:31");
        desk.Read("m2-001").Wrong.ShouldHaveSingleItem().Wrong.ShouldBe(Wrong.Misattributed);

        Desk.Standing bob = desk.Come("bob", "card");
        desk.Hear("08:31:05 screen thanks: Thank you | ann | 08:31");
        (bob.Told, bob.Name).ShouldBe((Told.Thanked, "ann"), "the checker then names it");
    }

    [Fact]
    public void A_screen_that_is_drawn_again_for_its_footer_tells_nobody_anything()
    {
        Desk desk = new() { Now = () => _now };
        desk.Come("ann", "card");
        desk.Hear("08:31:04 screen thanks: Thank you | ann | 08:31");
        Desk.Standing bob = desk.Come("bob", "card");
        desk.Hear("08:31:04 screen thanks: Thank you | ann | 08:31 | 2 to upload");
        bob.Told.ShouldBe(Told.Nothing);
    }

    [Fact]
    public void A_repeat_that_is_drawn_again_is_not_told_to_the_same_persons_earlier_entry_that_was_saved()
    {
        Desk desk = new() { Now = () => _now };
        Desk.Standing first = desk.Come("ann", "card");
        desk.Hear("08:31:02 screen offline: Saved | It will be confirmed later");
        _now += 4_000;
        Desk.Standing second = desk.Come("ann", "card");
        desk.Hear("08:31:06 screen repeat: Already recorded | ann | 08:31");
        desk.Hear("08:31:06 screen repeat: Already recorded | ann | 08:31 | 2 to upload");
        (first.Told, second.Told).ShouldBe((Told.Saved, Told.Repeat));
    }

    [Fact]
    public void After_the_MCU_started_anew_its_screen_answers_nobody_from_before()
    {
        Desk desk = new() { Now = () => _now };
        Desk.Standing before = desk.Come("ann", "card");
        desk.Boot();
        desk.Hear("08:31:04 screen offline: Saved | It will be confirmed later");
        before.Told.ShouldBe(Told.Nothing);
    }
}
