using Devices.Faults.Check;

namespace Devices.Faults.Tests;

/// <summary>Made-up histories, each of which breaks one rule; the checker must say so, and must say nothing of a whole one.</summary>
public class CheckerTests
{
    private const long Noon = 1_795_752_000_000; // 2026-11-26 04:00:00 UTC, noon at the site
    private const string Ledger = "0193a0aa-0000-7000-8000-000000000001";

    private static readonly PunchRow First = Row(1, "ann", Noon), Second = Row(2, "bob", Noon + 60_000);

    private static readonly History Whole = new()
    {
        Presses = [Came("ann", Noon, Told.Thanked, "12:00"), Came("bob", Noon + 60_000, Told.Saved)],
        Ledgers = [new("of m2-001", [First, Second])],
        Store = [First, Second],
        Shown = [See(First), See(Second)],
        Platform = [new("ann", First.At!.Value), new("bob", Second.At!.Value)],
        Exceptions = [],
    };

    [Fact]
    public void A_history_in_which_everything_arrived_once_has_no_differences() => Checker.Check(Whole).ShouldBeEmpty();

    [Fact]
    public void Somebody_who_was_thanked_and_is_nowhere_is_lost() =>
        Only(Whole with { Presses = [.. Whole.Presses, Came("cid", Noon + 90_000, Told.Thanked, "12:01")] }, Wrong.Lost, "cid");

    [Fact]
    public void Somebody_who_read_saved_and_is_nowhere_is_lost() =>
        Only(Whole with { Presses = [.. Whole.Presses, Came("cid", Noon + 90_000, Told.Saved)] }, Wrong.Lost, "cid");

    [Fact]
    public void Somebody_who_was_told_nothing_may_be_recorded_or_not()
    {
        Checker.Check(Whole with { Presses = [.. Whole.Presses, Came("cid", Noon + 90_000, Told.Nothing)] }).ShouldBeEmpty();
        PunchRow third = Row(3, "cid", Noon + 90_100);
        Checker.Check(With(third) with { Presses = [.. Whole.Presses, Came("cid", Noon + 90_000, Told.Nothing)] }).ShouldBeEmpty();
    }

    [Fact]
    public void Two_punches_for_one_entry_are_a_doubled_one()
    {
        PunchRow again = Row(3, "ann", Noon + 300);
        Only(With(again), Wrong.Doubled, "more than ann made");
    }

    [Fact]
    public void A_punch_of_somebody_who_was_refused_is_one_too_many() =>
        Only(With(Row(3, "cid", Noon + 90_000)) with { Presses = [.. Whole.Presses, Came("cid", Noon + 90_000, Told.Refused)] }, Wrong.Doubled, "cid");

    [Fact]
    public void A_punch_of_somebody_who_was_never_there_is_misattributed() => Only(With(Row(3, "dan", Noon + 90_000)), Wrong.Misattributed, "dan");

    [Fact]
    public void A_screen_that_thanks_somebody_else_is_misattribution() =>
        Only(Whole with { Presses = [Whole.Presses[0] with { ToldName = "bob" }, Whole.Presses[1]] }, Wrong.Misattributed, "thanked 'bob'");

    [Fact]
    public void A_time_beyond_the_stated_uncertainty_is_retimed()
    {
        PunchRow late = First with { At = Noon + 3_000, Uncertainty = 500 };
        Only(Replaced(late), Wrong.Retimed, "s off");
        Checker.Check(Replaced(late with { Uncertainty = 3_000 })).ShouldBeEmpty();
    }

    [Fact]
    public void Another_minute_on_the_screen_than_in_the_ledger_is_retimed() =>
        Only(Whole with { Presses = [Whole.Presses[0] with { ToldTime = "12:07" }, Whole.Presses[1]] }, Wrong.Retimed, "12:07");

    [Fact]
    public void What_the_bridge_did_not_store_is_lost_unless_HR_sees_that_its_ledger_was_stopped()
    {
        History without = Whole with { Store = [First], Shown = [See(First)], Platform = [Whole.Platform[0]] };
        Only(without, Wrong.Lost, "store lacks");
        Checker.Check(without with { Exceptions = [new("ingest", "fork", "m2-001", Ledger, 2)] }).ShouldBeEmpty();
        Only(without with { Exceptions = [new("ingest", "fork", "m2-002", Ledger, 2)] }, Wrong.Lost, "store lacks");
    }

    [Fact]
    public void A_store_that_has_another_person_or_time_or_a_punch_more_is_noticed()
    {
        Of(Whole with { Store = [First with { Person = "eve" }, Second] }).ShouldContain(Wrong.Misattributed);
        Of(Whole with { Store = [First with { At = Noon + 1 }, Second] }).ShouldContain(Wrong.Retimed);
        Of(Whole with { Store = [First, First, Second] }).ShouldContain(Wrong.Doubled);
        Of(Whole with { Store = [First, Second, Row(7, "ann", Noon)] }).ShouldContain(Wrong.Doubled);
    }

    [Fact]
    public void A_page_that_hides_doubles_alters_or_invents_a_punch_is_noticed()
    {
        Only(Whole with { Shown = [See(First)] }, Wrong.Hidden, "HR's page lacks", besides: Wrong.Doubled);
        Of(Whole with { Shown = [See(First), See(First), See(Second)] }).ShouldContain(Wrong.Doubled);
        Of(Whole with { Shown = [See(First) with { Person = "eve" }, See(Second)] }).ShouldContain(Wrong.Misattributed);
        Of(Whole with { Shown = [See(First) with { At = 1 }, See(Second)] }).ShouldContain(Wrong.Retimed);
        Of(Whole with { Shown = [See(First), See(Second), new("m2-001/x/9", "ann", 1, "delivered")] }).ShouldContain(Wrong.Doubled);
    }

    [Fact]
    public void A_punch_that_never_settles_is_hidden() => Only(Whole with { Shown = [See(First), See(Second) with { State = "waiting" }] }, Wrong.Hidden, "still 'waiting'");

    [Fact]
    public void What_the_platform_lacks_has_twice_or_invents_is_noticed()
    {
        Only(Whole with { Platform = [Whole.Platform[0]] }, Wrong.Lost, "platform lacks");
        Only(Whole with { Platform = [.. Whole.Platform, Whole.Platform[0]] }, Wrong.Doubled, "2 times");
        Only(Whole with { Platform = [.. Whole.Platform, new("ann", Noon + 5)] }, Wrong.Doubled, "the bridge has not");
    }

    [Fact]
    public void What_the_platform_threw_away_must_be_shown_as_dead()
    {
        History lied = Whole with { Platform = [Whole.Platform[0]], Unrecorded = new HashSet<string> { "bob" } };
        Only(lied, Wrong.Hidden, "still says 'delivered'");
        History dead = lied with { Shown = [See(First), See(Second) with { State = "dead" }] };
        Only(dead, Wrong.Hidden, "exceptions page lists 0");
        Checker.Check(dead with { Listed = new Dictionary<string, long> { ["dead"] = 1 } }).ShouldBeEmpty();
    }

    [Fact]
    public void A_held_punch_waits_for_HR_visibly_and_not_at_the_platform()
    {
        PunchRow held = Second with { Clock = "held", Uncertainty = -1, At = 5 };
        History history = Whole with
        {
            Ledgers = [new("of m2-001", [First, held])], Store = [First, held], Shown = [See(First), See(held) with { State = "held" }], Platform = [Whole.Platform[0]],
            Listed = new Dictionary<string, long> { ["held"] = 1 },
        };
        Checker.Check(history).ShouldBeEmpty("nobody says that the time is right");
        Only(history with { Listed = new Dictionary<string, long>() }, Wrong.Hidden, "lists 0");
        Only(history with { Platform = [.. history.Platform, new("bob", 5)] }, Wrong.Retimed, "nevertheless");
    }

    [Fact]
    public void A_repeat_without_a_punch_nearby_is_lost() =>
        Only(Whole with { Presses = [.. Whole.Presses, Came("ann", Noon + 3_600_000, Told.Repeat, "13:00")] }, Wrong.Lost, "no punch of ann near that");

    [Fact]
    public void A_repeat_of_a_punch_from_when_the_bridges_clock_was_moved_is_near_it()
    {
        PunchRow moved = First with { At = Noon + 18_000 };
        History history = Whole with
        {
            Presses = [Whole.Presses[0] with { Slack = 22_000 }, Whole.Presses[1], Came("ann", Noon + 5_000, Told.Repeat, "12:00")],
            Ledgers = [new("of m2-001", [moved, Second])], Store = [moved, Second], Shown = [See(moved), See(Second)], Platform = [new("ann", moved.At!.Value), Whole.Platform[1]],
        };
        Checker.Check(history).ShouldBeEmpty();
        Only(history with { Presses = [.. history.Presses, Came("ann", Noon + 600_000, Told.Repeat, "12:10")] }, Wrong.Lost, "no punch of ann near that");
    }

    [Fact]
    public void A_repeat_within_the_window_is_no_second_punch() =>
        Checker.Check(Whole with { Presses = [.. Whole.Presses, Came("ann", Noon + 4_000, Told.Repeat, "12:00"), Came("ann", Noon + 5_000, Told.Saved)] }).ShouldBeEmpty();

    [Fact]
    public void Whoever_was_thanked_twice_within_the_window_is_one_punch_and_after_it_two()
    {
        Checker.Check(Whole with { Presses = [.. Whole.Presses, Came("ann", Noon + 4_000, Told.Thanked, "12:00")] }).ShouldBeEmpty();
        Only(Whole with { Presses = [.. Whole.Presses, Came("ann", Noon + 40_000, Told.Thanked, "12:00")] }, Wrong.Lost, "ann was told 'Thanked'");
    }

    [Fact]
    public void A_punch_whose_time_nobody_knows_is_the_entry_that_has_no_other_rather_than_one_of_two_beside_each_other()
    {
        PunchRow open = Row(3, "ann", Noon + 600_000) with { Clock = "held", Uncertainty = -1 };
        Checker.Check(With(open) with
        {
            Presses = [.. Whole.Presses, Came("ann", Noon + 3_000, Told.Saved), Came("ann", Noon + 600_000, Told.Saved)],
            Shown = [.. Whole.Shown, new(open.Id, "ann", open.At ?? 0, "held")],
            Platform = Whole.Platform,
            Listed = new Dictionary<string, long> { ["held"] = 1 },
        }).ShouldBeEmpty();
    }

    [Fact]
    public void Two_boards_with_different_punches_under_one_number_need_a_fork_that_HR_sees()
    {
        PunchRow clone = Row(2, "bob", Noon + 61_000);
        History forked = Whole with
        {
            Ledgers = [.. Whole.Ledgers, new("of its clone", [First, clone])],
            Presses = [.. Whole.Presses, Came("bob", Noon + 61_000, Told.Thanked, "12:01")],
        };
        Of(forked).ShouldContain(Wrong.Hidden);
        History seen = forked with { Exceptions = [new("ingest", "fork", "m2-001", Ledger, 2)], Forks = [new("m2-001", Ledger, TerminalAlerted: true)] };
        Checker.Check(seen).ShouldBeEmpty();
        Only(seen with { Forks = [new("m2-001", Ledger, TerminalAlerted: false)] }, Wrong.Hidden, "the terminal did not say so");
    }

    [Fact]
    public void Two_entries_of_one_person_are_told_apart_by_their_times()
    {
        PunchRow early = Row(3, "cid", Noon + 100_000), late = Row(4, "cid", Noon + 200_000);
        History history = With(early, late) with { Presses = [.. Whole.Presses, Came("cid", Noon + 200_000, Told.Thanked, "12:03"), Came("cid", Noon + 100_000, Told.Thanked, "12:01")] };
        Checker.Check(history).ShouldBeEmpty();
        Only(With(early) with { Presses = history.Presses }, Wrong.Lost, "cid");
    }

    private static History With(params PunchRow[] more) => Whole with
    {
        Ledgers = [new("of m2-001", [First, Second, .. more])], Store = [First, Second, .. more], Shown = [See(First), See(Second), .. more.Select(See)],
        Platform = [.. Whole.Platform, .. more.Select(r => new PlatformRow(r.Person, r.At!.Value))],
    };

    private static History Replaced(PunchRow first) => Whole with
    {
        Ledgers = [new("of m2-001", [first, Second])], Store = [first, Second], Shown = [See(first), See(Second)], Platform = [new(first.Person, first.At!.Value), Whole.Platform[1]],
    };

    private static Wrong[] Of(History history) => [.. Checker.Check(history).Select(v => v.Wrong)];

    private static void Only(History history, Wrong wrong, string words, Wrong? besides = null)
    {
        IReadOnlyList<Violation> found = Checker.Check(history);
        found.ShouldContain(v => v.Wrong == wrong && v.Sentence.Contains(words, StringComparison.Ordinal), string.Join('\n', found));
        found.Where(v => v.Wrong != wrong && v.Wrong != besides).ShouldBeEmpty();
    }

    private static PunchRow Row(long seq, string person, long at) => new("m2-001", Ledger, seq, person, at, "synced", 20, "card");

    private static ShownRow See(PunchRow row) => new(row.Id, row.Person, row.At ?? 0, "delivered");

    private static Press Came(string person, long at, Told told, string? time = null) =>
        new(0, "m2-001", person, "card", at - 40, at + 60, 0, told, told is Told.Thanked or Told.Repeat ? person : null, time);
}
