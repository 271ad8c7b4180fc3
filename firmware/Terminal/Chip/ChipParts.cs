using System.Device.Gpio;
using Devices.Terminal.Drivers;
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
using nanoFramework.Hardware.Esp32;

namespace Devices.Terminal.Chip;

/// <summary>Puts the drivers on the chip's pins and buses.</summary>
internal static class ChipParts
{
    private const int ScreenHertz = 26000000;
    private const int ReaderHertz = 4000000;

    public static SpiPanel Panel(GpioController gpio, PartsConfig wired)
    {
        Configuration.SetPinFunction(Pins.ScreenMosi, DeviceFunction.SPI1_MOSI);
        Configuration.SetPinFunction(Pins.ScreenClock, DeviceFunction.SPI1_CLOCK);
        if (wired.Reader == "rc522")
        {
            // Before the bus is used for the first time: its pins are taken then.
            Configuration.SetPinFunction(Pins.ReaderMiso, DeviceFunction.SPI1_MISO);
        }

        return new SpiPanel(
            new ChipSpi(Pins.ScreenCs, ScreenHertz),
            new ChipPinOutput(gpio, Pins.ScreenDc),
            new ChipPinOutput(gpio, Pins.ScreenReset),
            new ChipPwm(Pins.ScreenBacklight, DeviceFunction.PWM5, 5000),
            wired.Screen == "ili9341" ? PanelKind.Ili9341 : PanelKind.St7789Square,
            wired.Turn);
    }

    public static void Fill(TerminalParts parts, GpioController gpio, PartsConfig wired)
    {
        ChipI2c lines = new ChipI2c(gpio);
        I2cGuard i2c = new I2cGuard(lines, lines, new ChipTicks());
        Ds3231 clock = new Ds3231(i2c);
        Ina219 voltage = new Ina219(i2c);
        PushButton exit = Button(gpio, Pins.KeyExit, "exit button");
        parts.Rtc = clock;
        parts.Thermometer = clock;
        parts.Voltmeter = voltage;
        parts.ExitButton = exit;
        parts.Keys = new ButtonKeys(Button(gpio, Pins.KeyIn, "key 'in'"), Button(gpio, Pins.KeyOut, "key 'out'"), exit);
        parts.DoorContact = new ShutContact(new ChipPinInput(gpio, Pins.DoorContact, PinMode.InputPullUp));
        ShutContact tamper = new ShutContact(new ChipPinInput(gpio, Pins.Tamper, PinMode.InputPullUp));
        parts.Tamper = tamper;
        parts.TamperMemory = new TamperLatch(tamper, parts.Storage);
        parts.Buzzer = new PwmBuzzer(new ChipPwm(Pins.Buzzer, DeviceFunction.PWM1, 2000));
        parts.Led = new PwmRgbLed(
            new ChipPwm(Pins.LedRed, DeviceFunction.PWM2, 1000),
            new ChipPwm(Pins.LedGreen, DeviceFunction.PWM3, 1000),
            new ChipPwm(Pins.LedBlue, DeviceFunction.PWM4, 1000));

        IPartHealth reader = Reader(parts, gpio, i2c, wired);
        IPartHealth presence = Presence(parts, gpio, i2c, wired);
        if (wired.Keypad)
        {
            MatrixKeypad keypad = new MatrixKeypad(new Pcf8574Matrix(i2c));
            parts.Keypad = keypad;
            parts.Health = [reader, presence, clock, voltage, exit, keypad];
        }
        else
        {
            parts.Health = [reader, presence, clock, voltage, exit];
        }
    }

    private static IPartHealth Reader(TerminalParts parts, GpioController gpio, II2cBus i2c, PartsConfig wired)
    {
        if (wired.Reader == "rc522")
        {
            Rc522 contactless = new Rc522(new ChipSpi(Pins.ReaderCs, ReaderHertz), new ChipPinOutput(gpio, Pins.ReaderReset));
            parts.Reader = contactless;
            return contactless;
        }

        if (wired.Reader == "pn532")
        {
            Pn532 contactless = new Pn532(new Pn532I2c(i2c));
            parts.Reader = contactless;
            return contactless;
        }

        if (wired.Reader == "pn532-uart")
        {
            Configuration.SetPinFunction(Pins.ReaderTx, DeviceFunction.COM2_TX);
            Configuration.SetPinFunction(Pins.ReaderRx, DeviceFunction.COM2_RX);
            ChipSerial? serial = ChipSerial.Open("COM2", parts.System);
            if (serial != null)
            {
                Pn532 contactless = new Pn532(new Pn532Hsu(serial));
                parts.Reader = contactless;
                return contactless;
            }
        }

        WiegandReader wiegand = new WiegandReader(new ChipPinEdges(gpio, Pins.WiegandD0), new ChipPinEdges(gpio, Pins.WiegandD1));
        parts.Reader = wiegand;
        return wiegand;
    }

    private static IPartHealth Presence(TerminalParts parts, GpioController gpio, II2cBus i2c, PartsConfig wired)
    {
        if (wired.Presence == "tof")
        {
            Vl53l0x distance = new Vl53l0x(i2c);
            parts.Distance = distance;
            parts.Presence = new DistancePresence(distance, wired.NearMm);
            return distance;
        }

        PirSensor pir = new PirSensor(new ChipPinInput(gpio, Pins.Presence, PinMode.InputPullDown));
        parts.Presence = pir;
        return pir;
    }

    private static PushButton Button(GpioController gpio, int pin, string name)
    {
        return new PushButton(new ChipPinInput(gpio, pin, PinMode.InputPullUp), name);
    }
}
