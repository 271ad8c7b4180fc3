using System;
using System.Device.Gpio;
using System.Threading;
using Devices.Link;
using Devices.Terminal.Drivers;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Signals;
using Devices.Terminal.Parts;
using Devices.Terminal.Uplink;

namespace Devices.Terminal.Chip;

/// <summary>The chip's entry point: puts the parts together and turns the loop.</summary>
public static class Program
{
    private const int StepMs = 10;
    private const int MostFaults = 20;
    private const int NetworkStuckMs = 300000;

    public static void Main()
    {
        ChipSystem system = new ChipSystem();
        try
        {
            Run(system);
        }
        catch (Exception e)
        {
            // Nothing prints an unhandled exception on the chip, and the thread would just end.
            system.Log("The terminal could not start: " + e.Message);
            Thread.Sleep(10000);
            system.Reboot("crash");
        }
    }

    private static void Run(ChipSystem system)
    {
        ChipStorage storage = new ChipStorage(system);
        system.UseStorage(storage);
        GpioController gpio = new GpioController();
        DoorRelay relay = new DoorRelay(new ChipPinOutput(gpio, Pins.Relay));
        WatchdogKicker watchdog = new WatchdogKicker(new ChipPinOutput(gpio, Pins.WatchdogKick));
        Supervisor supervisor = new Supervisor(watchdog, system);
        supervisor.Start();
        PartsConfig wired = Wired(storage, system);
        TextScreen screen = new TextScreen(ChipParts.Panel(gpio, wired), system);
        TerminalConfig config = Config(storage, system, screen, supervisor);
        TerminalOptions options = new TerminalOptions(config.Terminal);
        options.Chinese = config.Chinese;
        options.DoorOnAccept = config.DoorOnAccept;
        options.DoorOpenMs = config.DoorOpenMs;
        options.Reason = Reason(storage);

        StatusMessage will = new StatusMessage();
        will.Firmware = options.Firmware;
        MqttPortSettings settings = new MqttPortSettings(config.Host, config.Port, config.Terminal, config.Password);
        MqttLink link = new MqttLink(new M2MqttPortFactory(), settings, will, system);
        TerminalParts parts = new TerminalParts(storage, system, link, screen);
        parts.Relay = relay;
        parts.Watchdog = watchdog;
        ChipParts.Fill(parts, gpio, wired);
        parts.Clock = new ChipClock();

        new WifiKeeper(config.Ssid, config.WifiPassword, system).Start();
        TerminalLoop loop = new TerminalLoop(parts, options);
        int faults = 0;
        long threadsFreeMs = Environment.TickCount64;
        while (true)
        {
            long now = Environment.TickCount64;
            try
            {
                loop.Step(now);
            }
            catch (Exception e)
            {
                system.Log("A step of the loop failed: " + e.Message);
                if (++faults >= MostFaults)
                {
                    system.Reboot("crash");
                }
            }

            if (link.Running < MqttLink.MostThreads)
            {
                threadsFreeMs = now;
            }
            else if (now - threadsFreeMs > NetworkStuckMs)
            {
                // Every connection hangs in the network stack (nanoframework/Home#1692). Waiting punches are on flash.
                system.Reboot("network");
            }

            supervisor.Alive(now);
            Thread.Sleep(StepMs);
        }
    }

    private static PartsConfig Wired(ChipStorage storage, ChipSystem system)
    {
        byte[]? file = storage.Read("terminal.json");
        PartsConfig wired = PartsConfig.Parse(file == null ? new byte[0] : file, out LinkFault? fault);
        if (file != null && fault != null)
        {
            system.Log("The parts named in terminal.json cannot be used, the usual ones are: " + fault.Sentence);
        }

        return wired;
    }

    private static TerminalConfig Config(ChipStorage storage, ChipSystem system, TextScreen screen, Supervisor supervisor)
    {
        while (true)
        {
            supervisor.Alive(Environment.TickCount64);
            byte[]? file = storage.Read("terminal.json");
            if (file == null)
            {
                screen.Draw(ScreenKind.Fault, ["Not set up", "", "Run: devices provision", ""]);
                system.Log("There is no terminal.json on the chip; run `devices provision`.");
            }
            else if (TerminalConfig.TryParse(file, out TerminalConfig? config, out LinkFault? fault))
            {
                return config;
            }
            else
            {
                screen.Draw(ScreenKind.Fault, ["Set-up damaged", "", "Run: devices provision", ""]);
                system.Log("terminal.json cannot be used: " + fault.Sentence);
            }

            Thread.Sleep(5000);
        }
    }

    private static string Reason(ChipStorage storage)
    {
        byte[]? file = storage.Read(ChipSystem.ReasonFile);
        storage.Delete(ChipSystem.ReasonFile);
        if (file == null || file.Length == 0 || file.Length > 32)
        {
            return "power";
        }

        char[] chars = new char[file.Length];
        for (int i = 0; i < chars.Length; i++)
        {
            chars[i] = file[i] >= 0x20 && file[i] < 0x7F ? (char)file[i] : '?';
        }

        return new string(chars);
    }
}
