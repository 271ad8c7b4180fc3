namespace Devices.Terminal.Drivers.Bus;

/// <summary>The two lines of an I2C bus, taken from the controller for a moment to free a chip that holds SDA (UM10204, 3.1.16).</summary>
public interface II2cLines
{
    /// <summary>Takes the pins from the controller, both released (open drain).</summary>
    void Take();

    bool Sda { get; }

    bool Scl { get; }

    /// <summary>Pulls SCL low or releases it; half a bit time passes in the call.</summary>
    void SetScl(bool high);

    void SetSda(bool high);

    /// <summary>Gives the pins back to the controller.</summary>
    void GiveBack();
}
