using System;

namespace Devices.Terminal.Parts;

/// <summary>Everything the loop touches, put together by the chip's or the host's entry point.</summary>
public sealed class TerminalParts
{
    public TerminalParts(IStorage storage, ISystem system, ILink link, IScreen screen)
    {
        Storage = storage ?? throw new ArgumentNullException(nameof(storage));
        System = system ?? throw new ArgumentNullException(nameof(system));
        Link = link ?? throw new ArgumentNullException(nameof(link));
        Screen = screen ?? throw new ArgumentNullException(nameof(screen));
    }

    public IStorage Storage { get; }

    public ISystem System { get; }

    public ILink Link { get; }

    public IScreen Screen { get; }

    /// <summary>The rest is optional: a terminal without a door has no relay.</summary>
    public ICardReader? Reader { get; set; }

    public IKeys? Keys { get; set; }

    public IPresenceSensor? Presence { get; set; }

    public IBuzzer? Buzzer { get; set; }

    public IDoorRelay? Relay { get; set; }

    public ITamperSwitch? Tamper { get; set; }

    public IBoardClock? Clock { get; set; }

    public IDistanceSensor? Distance { get; set; }

    public IKeypad? Keypad { get; set; }

    public IRgbLed? Led { get; set; }

    public IRtc? Rtc { get; set; }

    public IThermometer? Thermometer { get; set; }

    public IVoltmeter? Voltmeter { get; set; }

    public ISignalMeter? Signal { get; set; }

    public IWatchdogChip? Watchdog { get; set; }

    public IDoorContact? DoorContact { get; set; }

    public IExitButton? ExitButton { get; set; }

    public ITamperMemory? TamperMemory { get; set; }

    /// <summary>Parts that can tell how they are, for the doctor and the fault screen; empty when none can.</summary>
    public IPartHealth[] Health { get; set; } = [];
}
