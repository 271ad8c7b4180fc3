using System.Diagnostics;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Parts;
using Devices.Terminal.Uplink;

namespace Devices.Standins.Terminal;

/// <summary>The stand-in's hardware with the firmware's loop on it.</summary>
public sealed class TerminalMachine
{
    private const int StepMs = 10;

    private readonly long _bootTicks = Stopwatch.GetTimestamp();
    private readonly HostSystem _system;
    private readonly MqttLink _link;
    private volatile bool _frozen;

    public TerminalMachine(StandinOptions options, HostSystem system)
    {
        Options = options;
        _system = system;
        Screen = new HostScreen(system);
        Relay = new HostRelay(system);
        TerminalOptions terminal = new(options.Terminal)
        {
            Chinese = options.Chinese,
            DoorOnAccept = options.DoorOnAccept,
            QueueCapacity = options.Queue,
        };
        StatusMessage will = new() { Firmware = terminal.Firmware };
        _link = new MqttLink(new MqttNetPortFactory(), new MqttPortSettings(options.Host, options.Port, options.Terminal, options.Password), will, system);
        TerminalParts parts = new(new HostStorage(options.State, system), system, _link, Screen)
        {
            Reader = Reader,
            Keys = Keys,
            Presence = Switches,
            Tamper = Switches,
            Buzzer = Buzzer,
            Relay = Relay,
        };
        Loop = new TerminalLoop(parts, terminal);
    }

    public StandinOptions Options { get; }

    public HostCardReader Reader { get; } = new();

    public HostKeys Keys { get; } = new();

    public HostSwitches Switches { get; } = new();

    public HostBuzzer Buzzer { get; } = new();

    public HostRelay Relay { get; }

    public HostScreen Screen { get; }

    public TerminalLoop Loop { get; }

    /// <summary>Monotonic ms since this stand-in's boot.</summary>
    public long UptimeMs => (long)Stopwatch.GetElapsedTime(_bootTicks).TotalMilliseconds;

    /// <summary>The power is cut: nothing of the firmware runs from now on.</summary>
    public void Freeze() => _frozen = true;

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
                }
                catch (Exception e)
                {
                    _system.Log("A step of the loop failed: " + e.Message);
                }
            }

            cancel.WaitHandle.WaitOne(StepMs);
        }

        Loop.Stop();
        long deadline = UptimeMs + 3000;
        while (_link.Running > 0 && UptimeMs < deadline)
        {
            Thread.Sleep(StepMs);
        }
    }
}
