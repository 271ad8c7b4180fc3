namespace Devices.Terminal.Drivers.Bus;

/// <summary>A serial port. No call waits.</summary>
public interface ISerial
{
    /// <summary>Takes up to <paramref name="count"/> bytes that have arrived; 0 for none.</summary>
    int Read(byte[] buffer, int count);

    /// <summary>Sends; false when the port refuses.</summary>
    bool Write(byte[] data, int count);
}
