namespace Devices.Terminal.Parts;

/// <summary>Openings of the case, remembered on flash until the board has them: the MCU has its own supply and watches while the board is off.</summary>
public interface ITamperMemory
{
    /// <summary>Openings since the last <see cref="Acknowledge"/>, over reboots of the MCU; 0: nothing to report.</summary>
    int Pending { get; }

    /// <summary>Watches the switch; call it in every step.</summary>
    void Step(long nowMs);

    /// <summary>The board has them in its ledger: forget. False when the flash refused; then they are reported again, never lost.</summary>
    bool Acknowledge();
}
