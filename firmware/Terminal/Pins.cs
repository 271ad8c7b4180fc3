namespace Devices.Terminal;

/// <summary>
/// GPIO numbers of the ESP32-S3, the same on both boards of hardware/pinmap.json, which says the same; a test holds the two together and
/// keeps every pin away from strapping, USB, UART0, flash and octal PSRAM. The card port (4 to 6) carries one reader of several kinds.
/// </summary>
public static class Pins
{
    public const int DoorContact = 1;
    public const int WatchdogKick = 2;
    public const int WiegandD0 = 4;
    public const int WiegandD1 = 5;
    public const int ReaderLed = 6;
    public const int ReaderMiso = 4;
    public const int ReaderCs = 5;
    public const int ReaderReset = 6;
    public const int ReaderTx = 4;
    public const int ReaderRx = 5;
    public const int Presence = 7;
    public const int KeyExit = 8;
    public const int ScreenDc = 9;
    public const int ScreenCs = 10;
    public const int ScreenMosi = 11;
    public const int ScreenClock = 12;
    public const int ScreenBacklight = 13;
    public const int ScreenReset = 14;
    public const int Buzzer = 15;
    public const int Relay = 16;
    public const int KeyIn = 17;
    public const int KeyOut = 18;
    public const int Tamper = 21;
    public const int LedRed = 39;
    public const int LedGreen = 40;
    public const int I2cSda = 41;
    public const int I2cScl = 42;
    public const int LedBlue = 47;
}
