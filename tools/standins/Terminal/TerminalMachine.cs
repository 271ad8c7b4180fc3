using System.Diagnostics;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;
using Devices.Terminal.Uplink;

namespace Devices.Standins.Terminal;

/// <summary>The stand-in's hardware with the firmware's loop on it.</summary>
public sealed class TerminalMachine
{
    private const int StepMs = 10;

    private readonly long _bootTicks = Stopwatch.GetTimestamp();
    private readonly HostSystem _system;
    private readonly MqttLink? _link;
    private readonly BootGuard _guard;
    private volatile bool _frozen;

    public TerminalMachine(StandinOptions options, HostSystem system)
        : this(options, system, null)
    {
    }

    /// <param name="played">A board played in this process; null: the agent's broker that the options name.</param>
    public TerminalMachine(StandinOptions options, HostSystem system, ILink? played)
    {
        Options = options;
        _system = system;
        Screen = new HostScreen(system, new PixelScreen(Panel, Font()));
        Relay = new HostRelay(system);
        TerminalOptions terminal = new(options.Terminal)
        {
            Chinese = options.Chinese,
            DoorOnAccept = options.DoorOnAccept,
            QueueCapacity = options.Queue,
        };
        HostStorage storage = new(options.State, system);
        _guard = new BootGuard(storage);
        _guard.Begin();
        terminal.Crashes = _guard.Crashes;
        terminal.SafeMode = _guard.IsSafeMode;
        StatusMessage will = new() { Firmware = terminal.Firmware };
        MqttLink? link = played is null ? new MqttLink(new MqttNetPortFactory(), new MqttPortSettings(options.Host, options.Port, options.Terminal, options.Password), will, system) : null;
        _link = link;
        TerminalParts parts = new(storage, system, played ?? (ILink)link!, Screen)
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
        };
        Loop = new TerminalLoop(parts, terminal);
    }

    public StandinOptions Options { get; }

    public HostCardReader Reader { get; } = new();

    public HostKeys Keys { get; } = new();

    public HostSwitches Switches { get; } = new();

    public HostKeypad Keypad { get; } = new();

    public HostDoor Door { get; } = new();

    public HostLed Led { get; } = new();

    public HostSensors Sensors { get; } = new();

    public HostPanel Panel { get; } = new(240, 240);

    public HostBuzzer Buzzer { get; } = new();

    public HostRelay Relay { get; }

    public HostScreen Screen { get; }

    public TerminalLoop Loop { get; }

    /// <summary>Monotonic ms since this stand-in's boot.</summary>
    public long UptimeMs => (long)Stopwatch.GetElapsedTime(_bootTicks).TotalMilliseconds;

    /// <summary>The power is cut: nothing of the firmware runs from now on.</summary>
    public void Freeze() => _frozen = true;

    private static BitmapFont Font()
    {
        using Stream file = typeof(TerminalMachine).Assembly.GetManifestResourceStream(BitmapFont.FileName)!;
        byte[] data = new byte[file.Length];
        file.ReadExactly(data);
        return BitmapFont.Open(data) ?? throw new InvalidDataException("The font in this program is damaged.");
    }

    /// <summary>Turns the loop until cancelled, then ends it in order.</summary>
    public void Run(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (!_frozen)
            {
                try
                {
                    Loop.Step(UptimeMs);
                    _guard.Step(UptimeMs);
                    if (Loop.RebootReason.Length > 0)
                    {
                        _guard.Orderly();
                        Loop.Stop();
                        _system.Reboot(Loop.RebootReason);
                    }
                }
                catch (Exception e)
                {
                    _system.Log("A step of the loop failed: " + e.Message);
                }
            }

            cancel.WaitHandle.WaitOne(StepMs);
        }

        _guard.Orderly();
        Loop.Stop();
        long deadline = UptimeMs + 3000;
        while (_link?.Running > 0 && UptimeMs < deadline)
        {
            Thread.Sleep(StepMs);
        }
    }
}
