using Devices.Firmware.Tests.Sim;
using Devices.Firmware.Tests.Soak;
using Devices.Terminal;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Clock;
using Devices.Terminal.Drivers.Contacts;
using Devices.Terminal.Drivers.Keys;
using Devices.Terminal.Drivers.Panels;
using Devices.Terminal.Drivers.Power;
using Devices.Terminal.Drivers.Presence;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Drivers.Signals;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;

namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>A whole terminal: the firmware's loop and drivers as Chip/ChipParts.cs puts them together, on simulated chips. Flash, board and chips outlive a boot.</summary>
internal sealed class SimHardware
{
    public SimHardware()
    {
        Reader = new SimMfrc522(Time);
        Clock = new SimDs3231(Time);
        Distance = new SimVl53l0x(Time);
        I2c = new SimI2c(Clock, Distance, Keypad, Voltage);
        Glass = new SimPanel(Time, 240, 240, false);
        Case = new SimInput(Time, false);
        Door = new SimInput(Time, false);
        Exit = new SimInput(Time, true);
        Relay = new SimOutput(Time);
        Boot();
    }

    public SimTime Time { get; } = new();

    public MemoryStorage Flash { get; } = new();

    public SimBoard Board { get; } = new(SimTerminal.Id);

    public SimMfrc522 Reader { get; }

    public SimDs3231 Clock { get; }

    public SimVl53l0x Distance { get; }

    public SimPcf8574 Keypad { get; } = new();

    public SimIna219 Voltage { get; } = new();

    public SimI2c I2c { get; }

    public SimPanel Glass { get; }

    public SimInput Case { get; }

    public SimInput Door { get; }

    public SimInput Exit { get; }

    public SimOutput Relay { get; }

    public SimPwm Green { get; private set; } = null!;

    public SimPwm Piezo { get; private set; } = null!;

    public SimSystem System { get; private set; } = null!;

    public TerminalLoop Loop { get; private set; } = null!;

    /// <summary>The MCU starts (anew); what it held in RAM is gone, the chips with power of their own go on.</summary>
    public void Boot()
    {
        System = new SimSystem(1);
        I2cGuard i2c = new(I2c, I2c, Time);
        Ds3231 clock = new(i2c);
        Ina219 voltage = new(i2c);
        Vl53l0x distance = new(i2c);
        Rc522 reader = new(Reader, new SimOutput(Time));
        MatrixKeypad keypad = new(new Pcf8574Matrix(i2c));
        PushButton exit = new(Exit, "exit button");
        ShutContact tamper = new(Case);
        Green = new SimPwm();
        Piezo = new SimPwm();
        SpiPanel panel = new(Glass, Glass.Dc, Glass.Reset, new SimPwm(), PanelKind.St7789Square, 0);
        Board.Close();
        TerminalParts parts = new(Flash, System, Board, new PixelScreen(panel, TestFont.Open()))
        {
            Reader = reader,
            Keys = new ButtonKeys(new PushButton(new SimInput(Time, true), "key 'in'"), new PushButton(new SimInput(Time, true), "key 'out'"), exit),
            Keypad = keypad,
            Presence = new DistancePresence(distance, 1200),
            Distance = distance,
            Tamper = tamper,
            TamperMemory = new TamperLatch(tamper, Flash),
            DoorContact = new ShutContact(Door),
            ExitButton = exit,
            Relay = new DoorRelay(Relay),
            Buzzer = new PwmBuzzer(Piezo),
            Led = new PwmRgbLed(new SimPwm(), Green, new SimPwm()),
            Rtc = clock,
            Thermometer = clock,
            Voltmeter = voltage,
            Health = [reader, distance, clock, voltage, exit, keypad],
        };
        Loop = new TerminalLoop(parts, new TerminalOptions(SimTerminal.Id) { Chinese = false, DoorOnAccept = true });
    }

    public SimHardware Run(long ms)
    {
        Time.Run(ms, Loop.Step);
        return this;
    }

    public bool Until(Func<bool> done, long ms) => Time.Until(ms, now =>
    {
        Loop.Step(now);
        return done();
    });

    public void Type(string keys)
    {
        foreach (char key in keys)
        {
            Keypad.Press(key);
            Run(80);
            Keypad.Release(key);
            Run(80);
        }
    }

    /// <summary>How many dots of the glass have a colour.</summary>
    public int Dots(ushort colour)
    {
        int dots = 0;
        for (int y = 0; y < 240; y++)
        {
            for (int x = 0; x < 240; x++)
            {
                dots += Glass.Glass(x, y) == colour ? 1 : 0;
            }
        }

        return dots;
    }
}
