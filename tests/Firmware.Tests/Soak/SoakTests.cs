using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;
using Devices.Standins.Terminal;

namespace Devices.Firmware.Tests.Soak;

/// <summary>
/// A day of everything at once, in virtual time (amsreader-firmware#304, espMqttClient#163, Home#816: what leaks does so over hours): cards, PINs,
/// keys, doors, the case, people coming and going, a board that is away, silent or slow, parts that fail.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int StepMs = 20;
    private const long Hour = 3_600_000;

    [Fact]
    public void Home_816_twenty_four_hours_lose_no_punch_grow_by_nothing_and_allocate_nothing_while_nothing_happens()
    {
        SoakBoard board = new(SimTerminal.Id);
        MemoryStorage storage = new();
        SimTerminal terminal = new(storage, new SimBoard(SimTerminal.Id), options: new TerminalOptions(SimTerminal.Id), link: board, rtc: new SimRtc());
        Random random = new(20261126);
        List<string> held = [];
        List<(long At, Action Do)> plan = Plan(terminal, board, random, held);
        int next = 0;
        long quietSteps = 0, quietBytes = 0;
        List<string> loud = [];
        (int Objects, long Bytes) first = default, last = default;
        for (long now = 0; now < 24 * Hour; now += StepMs)
        {
            bool acted = false;
            for (; next < plan.Count && plan[next].At <= now; next++)
            {
                plan[next].Do();
                acted = true;
            }

            long messages = board.Messages, lines = terminal.System.Lines.Count, draws = terminal.Draws, writes = storage.Writes;
            long before = GC.GetAllocatedBytesForCurrentThread();
            terminal.Loop.Step(now);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            // Quiet: nothing came in, nothing went out, nothing new was shown or logged. Nearly all steps of a day are.
            if (!acted && messages == board.Messages && lines == terminal.System.Lines.Count && draws == terminal.Draws && writes == storage.Writes && now > Hour)
            {
                quietSteps++;
                quietBytes += allocated;
                if (allocated > 0) loud.Add($"{allocated}@{now}");
            }

            if (now == (2 * Hour) - StepMs || now == (24 * Hour) - StepMs)
            {
                terminal.Loop.QueueDepth.ShouldBe(0);
                terminal.Loop.EventDepth.ShouldBe(0);
                last = ObjectGraph.Of(terminal.Loop);
                if (first == default) first = last;
            }
        }

        string figures = $"{held.Count} punches, {board.Events.Count} events, {board.Begins} connections, {board.Messages} messages; {quietSteps} quiet steps allocated {quietBytes} bytes ({string.Join(' ', loud.Take(12))}); "
            + $"the loop kept {first.Objects} objects, {first.Bytes} bytes after 2 hours and {last.Objects}, {last.Bytes} after 24.";
        output.WriteLine(figures);
        held.Count.ShouldBeGreaterThan(2000);
        board.Who.Order().ShouldBe(held.Order(), figures);
        board.Punches.Count.ShouldBe(held.Count);
        quietSteps.ShouldBeGreaterThan(4_000_000, figures);
        quietBytes.ShouldBe(0, figures);
        last.Objects.ShouldBe(first.Objects, figures);
        last.Bytes.ShouldBeInRange(first.Bytes - 512, first.Bytes + 512, figures + " Texts on the screen differ in length; nothing else may.");
    }

    [Fact]
    public void The_screen_settles_and_then_draws_and_allocates_nothing()
    {
        HostPanel panel = new(240, 240);
        PixelScreen screen = new(panel, TestFont.Open());
        ScreenDirector director = new(screen, true);
        director.Show(ScreenKind.Thanks, "", "王小明", "08:31", 0, 60_000);
        long now = 0;
        for (; now < 10_000 && !(now > 100 && screen.IsSettled); now += StepMs)
        {
            director.Step(now, 0, 480, true, 0, 0);
            screen.Step(now);
        }

        now.ShouldBeLessThan(2_000, "one glyph a step, and few glyphs");
        int version = panel.Version;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (; now < 40_000; now += StepMs)
        {
            director.Step(now, 0, 480, true, 0, 0);
            screen.Step(now);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        panel.Version.ShouldBe(version);
    }

    private static List<(long At, Action Do)> Plan(SimTerminal terminal, SoakBoard board, Random random, List<string> held)
    {
        List<(long At, Action Do)> plan = [];
        void At(long at, Action action) => plan.Add((at, action));

        // People: a card or PIN every 20 s or so, denser in the morning and evening rush, never the same person twice in a row.
        for (long at = 2_000; at < (24 * Hour) - 120_000; at += Rush(at) ? random.Next(3_100, 9_000) : random.Next(20_000, 90_000))
        {
            if (Calm(at)) continue;
            int person = held.Count;
            if (person % 23 == 22)
            {
                string number = $"{100000 + person}";
                held.Add(number);
                At(at, () => terminal.Keypad.Type(number + "#4826#"));
            }
            else
            {
                string uid = $"04{person:X8}";
                held.Add(uid);
                At(at, () => terminal.Reader.Hold(uid));
            }
        }

        for (long at = 10_000; at < 24 * Hour; at += random.Next(60_000, 300_000))
        {
            bool present = plan.Count % 2 == 0;
            At(at, () => terminal.Switches.SetPresent(present));
        }

        for (long at = 600_000; at < (24 * Hour) - 300_000; at += random.Next(400_000, 1_500_000))
        {
            At(at, terminal.Door.Press);
            At(at + 1_000, () => terminal.Door.SetOpen(true));
            At(at + (plan.Count % 5 == 0 ? 60_000 : 4_000), () => terminal.Door.SetOpen(false));
        }

        for (long at = Hour; at < (24 * Hour) - Hour; at += random.Next(3_000_000, 9_000_000))
        {
            At(at, () => terminal.Switches.SetOpen(true));
            At(at + 30_000, () => terminal.Switches.SetOpen(false));
            At(at + 400_000, () => terminal.Door.SetOpen(true));
            At(at + 420_000, () => terminal.Door.SetOpen(false));
            At(at + 500_000, () => terminal.Keys.Press(KeyPress.Out));
            At(at + 600_000, () => terminal.Health.Fault = new PartFault("clock", PartFaultKind.NotAnswering, "The clock does not answer."));
            At(at + 700_000, () => terminal.Health.Fault = null);
        }

        // The board: away for up to 20 minutes, silent for one or two, closing the socket, taking without answering.
        for (long at = 1_800_000; at < (24 * Hour) - (2 * Hour); at += random.Next(1_800_000, 5_400_000))
        {
            int how = random.Next(4);
            long length = how == 0 ? random.Next(60_000, 1_200_000) : random.Next(20_000, 120_000);
            At(at, () => Trouble(board, how, true));
            At(at + length, () => Trouble(board, how, false));
        }

        // The second hour's end is looked at while all is well.
        for (long at = 5_000; at < 24 * Hour; at += 600_000)
        {
            long wall = 1764105600000 + at;
            At(at, () => board.Send(new TimeMessage { Now = wall, OffsetMinutes = 480, Trusted = true, UncertaintyMs = 20 }));
            At(at + 100_000, () => board.Send(new ShowMessage { Screen = ScreenKind.Look }));
            At(at + 101_000, () => board.Send(new ShowMessage { Screen = ScreenKind.Thanks, Name = "王小明", At = wall, Seq = 1 }));
            At(at + 200_000, () => board.Send(new DoorMessage { Id = $"d-{wall}", OpenMs = 500 }));
        }

        // The last two minutes of the second hour and of the day are calm, so that like is held against like.
        return [.. plan.Where(p => !Calm(p.At)).OrderBy(p => p.At)];
    }

    private static bool Rush(long at) => at / Hour is 8 or 12 or 18;

    private static bool Calm(long at) => at is > (2 * Hour) - 120_000 and <= 2 * Hour;

    private static void Trouble(SoakBoard board, int how, bool begins)
    {
        switch (how)
        {
            case 0:
                board.Away = begins;
                if (begins) board.Drop();
                break;
            case 1:
                board.Silent = begins;
                break;
            case 2:
                board.Mute = begins;
                break;
            default:
                board.Drop();
                break;
        }
    }
}
