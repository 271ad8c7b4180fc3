using Devices.Link;
using Devices.Standins.Terminal;
using Devices.Terminal;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Sim;

/// <summary>One boot of the firmware in virtual time, on a flash and a board that outlive it.</summary>
internal sealed class SimTerminal
{
    public const string Id = "m2-001";

    private readonly SimScreen _screen = new();

    public SimTerminal(MemoryStorage storage, SimBoard board, int seed = 1, TerminalOptions? options = null, IRtc? rtc = null, ILink? link = null)
    {
        Board = board;
        System = new SimSystem(seed);
        Relay = new HostRelay(System);
        TerminalParts parts = new(storage, System, link ?? board, _screen)
        {
            Reader = Reader,
            Keys = Keys,
            Presence = Switches,
            Tamper = Switches,
            Buzzer = Buzzer,
            Relay = Relay,
            Keypad = Keypad,
            DoorContact = Door,
            ExitButton = Door,
            Led = Led,
            Thermometer = Sensors,
            Voltmeter = Sensors,
            Signal = Sensors,
            Rtc = rtc,
            Health = [Health],
        };
        Loop = new TerminalLoop(parts, options ?? new TerminalOptions(Id) { Chinese = false });
    }

    public SimBoard Board { get; }

    public SimSystem System { get; }

    public HostCardReader Reader { get; } = new();

    public HostKeys Keys { get; } = new();

    public HostSwitches Switches { get; } = new();

    public HostKeypad Keypad { get; } = new();

    public HostDoor Door { get; } = new();

    public HostLed Led { get; } = new();

    public HostSensors Sensors { get; } = new();

    public SimHealth Health { get; } = new();

    public HostBuzzer Buzzer { get; } = new();

    public HostRelay Relay { get; }

    public TerminalLoop Loop { get; }

    public long Now { get; private set; }

    public ScreenKind Screen => _screen.Kind;

    public string Text => string.Join(" | ", _screen.Lines);

    public string[] Lines => _screen.Lines;

    /// <summary>Drawings of the screen.</summary>
    public int Draws => _screen.Draws;

    public List<ScreenKind> Shown => _screen.Shown;

    /// <summary>Lets time pass in steps of 10 ms.</summary>
    public SimTerminal Run(long ms)
    {
        for (long end = Now + ms; Now < end; Now += 10)
        {
            Loop.Step(Now);
        }

        return this;
    }

    /// <summary>Lets time pass until a condition holds; returns how long it took, or fails.</summary>
    public long Until(Func<bool> condition, long limitMs)
    {
        long start = Now;
        while (!condition())
        {
            (Now - start).ShouldBeLessThan(limitMs, Text);
            Run(10);
        }

        return Now - start;
    }

    public SimTerminal Card(string uid)
    {
        Reader.Hold(uid);
        return Run(20);
    }

    /// <summary>A part whose fault the test sets.</summary>
    public sealed class SimHealth : IPartHealth
    {
        public PartFault? Fault { get; set; }
    }

    private sealed class SimScreen : IScreen
    {
        public ScreenKind Kind { get; private set; }

        public string[] Lines { get; private set; } = [];

        public List<ScreenKind> Shown { get; } = [];

        public bool HasChinese => true;

        public int Draws { get; private set; }

        public void Draw(ScreenKind kind, string[] lines)
        {
            Draws++;
            if (Shown.Count == 0 || kind != Kind)
            {
                Shown.Add(kind);
            }

            Kind = kind;
            Lines = [.. lines];
        }
    }
}
