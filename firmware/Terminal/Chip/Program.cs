using System;
using System.Device.Gpio;
using System.Threading;
using Devices.Link;
using Devices.Terminal.Drivers;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Signals;
using Devices.Terminal.Health;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;
using Devices.Terminal.Screens;
using Devices.Terminal.Uplink;

namespace Devices.Terminal.Chip;

/// <summary>The chip's entry point: puts the parts together and turns the loop.</summary>
public static class Program
{
    private const int StepMs = 10;
    private const int MostFaults = 20;
    private const int NetworkStuckMs = 300000;
    private const int LoopLimitMs = 20000;
    private const int ConfigEveryMs = 5000;

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
        TerminalFile.Mend(storage);
        GpioController gpio = new GpioController();
        DoorRelay relay = new DoorRelay(new ChipPinOutput(gpio, Pins.Relay));
        WatchdogKicker watchdog = new WatchdogKicker(new ChipPinOutput(gpio, Pins.WatchdogKick));
        BootGuard guard = new BootGuard(storage);
        guard.Begin();
        ThreadWatch threads = new ThreadWatch();
        new Supervisor(watchdog, threads, system).Start();
        int turn = threads.Enter("loop", LoopLimitMs, Environment.TickCount64);
        PartsConfig wired = Wired(storage, system);
        IScreen screen = Screen(ChipParts.Panel(gpio, wired), storage, system);
        ChipWifi wifi = new ChipWifi(system, threads);
        wifi.Start();
        ChipImprov improv = new ChipImprov(wifi, storage, system, new TerminalOptions("").Firmware, TerminalFile.NameIn(storage, "terminal"));
        TerminalConfig config = Config(storage, system, screen, improv, threads, turn);
        improv.Seed(config.Ssid, config.WifiPassword);
        TerminalOptions options = new TerminalOptions(config.Terminal);
        options.Chinese = config.Chinese;
        options.DoorOnAccept = config.DoorOnAccept;
        options.DoorOpenMs = config.DoorOpenMs;
        options.PresentMostMm = wired.NearMm;
        options.Reason = Reason(storage);
        options.Crashes = guard.Crashes;
        options.SafeMode = guard.IsSafeMode;

        StatusMessage will = new StatusMessage();
        will.Firmware = options.Firmware;
        MqttPortSettings settings = new MqttPortSettings(config.Host, config.Port, config.Terminal, config.Password);
        MqttLink link = new MqttLink(new M2MqttPortFactory(), settings, will, system);
        TerminalParts parts = new TerminalParts(storage, system, link, screen);
        parts.Relay = relay;
        parts.Watchdog = watchdog;
        ChipParts.Fill(parts, gpio, wired);
        improv.Case = parts.Tamper;
        parts.Clock = new ChipClock();
        parts.Signal = wifi;

        TerminalLoop loop = new TerminalLoop(parts, options);
        int faults = 0;
        long threadsFreeMs = Environment.TickCount64;
        while (true)
        {
            long now = Environment.TickCount64;
            try
            {
                loop.Step(now);
                improv.Step(now);
            }
            catch (Exception e)
            {
                system.Log("A step of the loop failed: " + e.Message);
                if (++faults >= MostFaults)
                {
                    system.Reboot("crash");
                }
            }

            guard.Step(now);
            if (loop.RebootReason.Length > 0)
            {
                loop.Stop();
                guard.Orderly();
                system.Reboot(loop.RebootReason);
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

            threads.Alive(turn, now);
            Thread.Sleep(StepMs);
        }
    }

    /// <summary>With the font's file the pixel screen, which has Chinese and is drawn by the loop in pieces; without it plain ASCII from the program itself.</summary>
    private static IScreen Screen(IPixelPanel panel, ChipStorage storage, ChipSystem system)
    {
        BitmapFont? font = BitmapFont.Open(storage.Read(BitmapFont.FileName));
        if (font != null)
        {
            panel.Light(100);
            return new PixelScreen(panel, font);
        }

        system.Log("There is no font.bin on the chip, or it is damaged: the screen is English only.");
        return new TextScreen(panel, system);
    }

    private static PartsConfig Wired(ChipStorage storage, ChipSystem system)
    {
        byte[]? file = storage.Read(TerminalConfig.FileName);
        PartsConfig wired = PartsConfig.Parse(file == null ? new byte[0] : file, out LinkFault? fault);
        if (file != null && fault != null)
        {
            system.Log("The parts named in terminal.json cannot be used, the usual ones are: " + fault.Sentence);
        }

        return wired;
    }

    private static TerminalConfig Config(ChipStorage storage, ChipSystem system, IScreen screen, ChipImprov improv, ThreadWatch threads, int turn)
    {
        IStepped? stepped = screen as IStepped;
        while (true)
        {
            byte[]? file = storage.Read(TerminalConfig.FileName);
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

            for (long until = Environment.TickCount64 + ConfigEveryMs; Environment.TickCount64 < until;)
            {
                long now = Environment.TickCount64;
                stepped?.Step(now);
                improv.Step(now);
                threads.Alive(turn, now);
                Thread.Sleep(StepMs);
            }
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
