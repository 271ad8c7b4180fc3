using Devices.Cli.Flash.Rom;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Flash;

/// <summary>
/// A chip in its loader, ready for flash commands: connected, identified, speed raised, flash attached. Whatever is lost on the way (a byte,
/// the speed, the chip itself after a brown-out) is taken up again by <see cref="Recover"/>.
/// </summary>
internal sealed class FlashSession : IDisposable
{
    private const int StartBaud = RomConnector.StartBaud;

    private readonly ISerialLine _line;
    private int _baud;
    private bool _started;

    private FlashSession(ISerialLine line, RomLoader loader, int baud)
    {
        _line = line;
        Loader = loader;
        _baud = line.IsUsbJtag ? StartBaud : baud;
    }

    public RomLoader Loader { get; }

    public EspChip Chip { get; private set; } = EspChip.Esp32;

    public SecurityInfo Security { get; private set; } = new(false, false, false);

    public string Mac { get; private set; } = "";

    /// <summary>Size of the flash chip; 0 where it does not say.</summary>
    public uint FlashBytes { get; private set; }

    /// <summary>The speed in force, bits per second.</summary>
    public int Baud { get; private set; } = StartBaud;

    /// <summary>Opens the line and brings the chip into its loader.</summary>
    /// <param name="flashBytes">Size of the flash where the technician gave it; null asks the flash chip.</param>
    public static FlashSession Open(ISerialLine line, int baud, uint? flashBytes, CancellationToken cancellationToken)
    {
        FlashSession session = new(line, new RomLoader(new RomLink(line)), baud);
        session.Baud = RomConnector.Connect(session.Loader, cancellationToken);
        (session.Chip, session.Security) = session.Loader.Identify();
        session.Prepare(flashBytes);
        return session;
    }

    /// <summary>Takes up a chip that stopped answering: another sync at this speed, else a restart into the loader at the first speed.</summary>
    /// <exception cref="NoLoaderException">It is gone for good.</exception>
    public void Recover(CancellationToken cancellationToken)
    {
        Loader.Link.Drain(TimeSpan.FromMilliseconds(200));
        if (RomConnector.Answers(Loader, cancellationToken))
        {
            // The same loader, or one that restarted at the same speed and has forgotten its flash.
            Loader.AttachFlash();
            Loader.SetFlashSize(FlashBytes);
            return;
        }

        _line.SetBaud(StartBaud);
        Baud = RomConnector.Connect(Loader, cancellationToken);
        // Bytes were lost at the higher speed: the rest goes at the safe one.
        _baud = StartBaud;
        Prepare(FlashBytes);
    }

    /// <summary>Starts the program that is in flash.</summary>
    public void Restart()
    {
        if (!ResetSequence.Run(_line.IsUsbJtag).Play(_line)) Loader.StartProgram(Chip);
        _started = true;
    }

    public void Dispose()
    {
        // A chip that no wire resets stays in its loader: at the speed at which the next run looks for it.
        if (!_started && Baud != StartBaud && !_line.IsUsbJtag) LowerSpeed();
        _line.Dispose();
    }

    private void LowerSpeed()
    {
        try
        {
            Loader.ChangeBaud(StartBaud);
        }
        catch (IOException)
        {
            // Gone, or silent: the next run tries the usual speeds.
        }
    }

    private void Prepare(uint? flashBytes)
    {
        if (_line.IsUsbJtag && Chip.Watchdogs is { } watchdogs && !Security.SecureDownload) StopWatchdogs(watchdogs);
        if (!Security.SecureDownload && Mac.Length == 0) Mac = Loader.ReadMac(Chip);
        if (_baud != Baud) ChangeSpeed();
        Loader.AttachFlash();
        if (flashBytes is { } given) FlashBytes = given;
        else if (!Security.SecureDownload) FlashBytes = FlashId.Size(Loader.ReadFlashId(Chip));
        if (FlashBytes != 0) Loader.SetFlashSize(FlashBytes);
    }

    private void ChangeSpeed()
    {
        Loader.ChangeBaud(_baud);
        try
        {
            _line.SetBaud(_baud);
            // The ROM needs a moment to change its own clock divider.
            Thread.Sleep(50);
            Loader.Link.Clear();
            if (RomConnector.Answers(Loader, CancellationToken.None))
            {
                Baud = _baud;
                return;
            }
        }
        catch (SerialLineException fault) when (fault.Fault == SerialFault.Unsupported)
        {
            // This adapter cannot; the chip has changed already.
        }

        // This adapter or wire does not carry it. The ROM only comes back to the first speed by a restart.
        _line.SetBaud(StartBaud);
        Baud = _baud = RomConnector.Connect(Loader, CancellationToken.None);
    }

    private void StopWatchdogs(UsbWatchdogs watchdogs)
    {
        Loader.WriteRegister(watchdogs.WatchdogProtect, UsbWatchdogs.WatchdogKey);
        Loader.WriteRegister(watchdogs.WatchdogConfig, 0);
        Loader.WriteRegister(watchdogs.WatchdogProtect, 0);
        Loader.WriteRegister(watchdogs.SuperProtect, UsbWatchdogs.SuperKey);
        Loader.WriteRegister(watchdogs.SuperConfig, Loader.ReadRegister(watchdogs.SuperConfig) | UsbWatchdogs.SuperAutoFeed);
        Loader.WriteRegister(watchdogs.SuperProtect, 0);
    }
}
