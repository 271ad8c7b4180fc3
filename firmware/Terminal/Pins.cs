namespace Devices.Terminal;

/// <summary>
/// GPIO numbers of the ESP32-S3 (DevKitC-1 with the N16R8 module). hardware/pinmap.json says the same and a test holds the two
/// together and keeps every pin away from strapping, USB, UART0, flash and octal PSRAM.
/// </summary>
public static class Pins
{
    public const int WiegandD0 = 4;
    public const int WiegandD1 = 5;
    public const int ReaderLed = 6;
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
    public const int WatchdogKick = 2;
}
