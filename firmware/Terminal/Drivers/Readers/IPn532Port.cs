namespace Devices.Terminal.Drivers.Readers;

/// <summary>How a PN532's frames travel. No call waits.</summary>
public interface IPn532Port
{
    /// <summary>Wakes the chip after power-up; false when the bus does not carry it.</summary>
    bool Wake();

    /// <summary>Sends one whole frame.</summary>
    bool Send(byte[] frame, int count);

    /// <summary>What has arrived, 0 for nothing, -1 when the bus failed.</summary>
    int Receive(byte[] into);
}
